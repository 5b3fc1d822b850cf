package io.github.pgpubsub.internal.session;

import java.sql.SQLException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A participant of a {@link Session}. The session's thread calls all methods; they must not block. */
public interface Subscriber {

    /** The name for logs. */
    String name();

    /**
     * A new stream begins: no channel is listened to and no lock is held. Called after each connect, and when the subscriber is
     * added to a connected session.
     *
     * @param stream takes requests until {@link #disconnected}
     */
    void connected(SessionStream stream);

    /**
     * The stream is broken. Open requests will not be answered. Before this call, the notifications that the session had received
     * are handed on in order, even to a subscriber that is not {@link #ready}; requests made meanwhile are not sent.
     */
    void disconnected();

    /**
     * Called before {@link #disconnected} if messages may be missing from an earlier time on: because the connection ended earlier,
     * or because not everything that was received could be handed on.
     *
     * @param since System.nanoTime; everything that was sent before this time has been handed on
     */
    default void missed(long since) {}

    /** A notification of a channel that this subscriber listens to. Calls come in the server's order. */
    void received(Notification notification);

    /** No more notifications follow for the moment: process them now. Called after any number of calls of {@link #received}. */
    void handOn();

    /** Whether the subscriber can take another notification. While one subscriber can't, the session reads nothing more for any of them. */
    boolean ready();

    /** Called at intervals of about {@link SessionOptions#tick()}, connected or not; more rarely if not {@link #isBusy}. */
    void tick();

    /**
     * Whether it needs each tick. To a subscriber that only waits for something distant, most ticks are not worth their time: a session
     * may have thousands of subscribers.
     */
    default boolean isBusy() {
        return true;
    }

    /**
     * Called instead of {@link #tick} while the session does not read because a subscriber is not ready, or is behind. The queue that is
     * full may be this subscriber's own, so what could empty it belongs here, too.
     *
     * @param auxiliary backend of the connection over which signs of life are sent meanwhile; 0: none
     * @return null: nothing to send now
     */
    @Nullable
    Sign signOfLife(int auxiliary);

    /** The lock of this session without which this subscriber begins no message; empty: it leads no group. */
    default OptionalLong leaderLock() {
        return OptionalLong.empty();
    }

    /**
     * The server has confirmed that the {@link #leaderLock} is held.
     *
     * @param at System.nanoTime before the server was asked
     */
    default void proven(long at) {}

    /**
     * A notification that is sent over the auxiliary connection if the listening backend holds a lock, and only then.
     *
     * @param lock    the lock; if it is lost, the stream counts as broken
     * @param watched another lock, whose holder is reported back
     * @param sent    called after the commit with the backend that holds the watched lock, 0: none
     */
    record Sign(String channel, String payload, long lock, long watched, SessionStream.Answer<Integer> sent) {}

    /** A failure that this subscriber's user should know of. */
    void failed(Exception failure);

    /**
     * The server refuses a request of this subscriber: for example a channel with a character that the server's encoding lacks, or a
     * lock when the lock table is full. The connection and other subscribers are not affected. A refused LISTEN, unlock, shared lock
     * or question is sent again after 100 ms, then after twice as long each time, up to 26 s, and answered when it succeeds. A
     * refused lock counts as not acquired, a refused notification as not committed.
     */
    default void refused(SQLException refusal) {
        failed(refusal);
    }

    /** No request of this subscriber is refused any more. */
    default void granted() {}

    /** The last call: the session gives up, because {@link SessionOptions#reconnectLimit()} attempts have failed. */
    void gaveUp(Exception failure);
}
