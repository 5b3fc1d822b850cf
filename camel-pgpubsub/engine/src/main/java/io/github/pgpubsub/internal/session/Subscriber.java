package io.github.pgpubsub.internal.session;

import java.sql.SQLException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Takes part in a {@link Session}. All methods are called by the session's thread and must not block. */
public interface Subscriber {

    /** What logs call it. */
    String name();

    /**
     * A new stream begins: nothing is listened to and no lock is held. Called when the subscriber is added to a session that
     * is connected, and after each connect.
     *
     * @param stream what the session is connected to
     */
    void connected(SessionStream stream);

    /**
     * The stream is broken. Requests that were not answered never will be. What the session had received before is handed on
     * first, in its order, even to a subscriber that is not {@link #ready}; what is asked for at that moment goes nowhere.
     */
    void disconnected();

    /**
     * Called before {@link #disconnected} where the break is older than that, or not all that was received could be handed on.
     *
     * @param since System.nanoTime; all that was sent before has been handed on
     */
    default void missed(long since) {}

    /** A notification of a channel that this subscriber listens to, in the server's order. */
    void received(Notification notification);

    /** No more follow for the moment: what was received is to be handed on. Called after one or more of {@link #received}. */
    void handOn();

    /** Whether another notification can be taken. While one subscriber says no, the whole session waits. */
    boolean ready();

    /** Called about every {@link SessionOptions#tick()}, connected or not. */
    void tick();

    /**
     * Asked instead of {@link #tick} while the session does not read because a subscriber is not ready.
     *
     * @param auxiliary backend of a connection over which signs of life are sent meanwhile
     * @return null: nothing to say now
     */
    @Nullable
    Sign signOfLife(int auxiliary);

    /**
     * Asked often while the session does not read, or has not read all there is: then only the server can tell whether the session
     * still is what it was, because the news of its end waits behind what is unread.
     *
     * @return a lock that this session holds, if it is now to be found out whether it still does
     */
    default OptionalLong wantsProof() {
        return OptionalLong.empty();
    }

    /**
     * The lock that {@link #wantsProof} told is held.
     *
     * @param at System.nanoTime before the server was asked
     */
    default void proven(long at) {}

    /**
     * A notification that is sent over the auxiliary connection if, and only if, the listening backend holds a lock.
     *
     * @param lock    the lock; when it is gone the stream counts as broken
     * @param watched another lock, whose holder is told
     * @param sent    called when it is committed, with the backend that holds the watched lock, 0: none
     */
    record Sign(String channel, String payload, long lock, long watched, SessionStream.Answer<Integer> sent) {}

    /** Something failed that this subscriber's user should know of. */
    void failed(Exception failure);

    /**
     * The server refuses something that this subscriber asked for: a channel that its encoding lacks, a lock when its table of locks
     * is full. The connection is whole, and nobody else is concerned. A refused LISTEN, unlock, shared lock or question is asked
     * again, after 100 ms and then each time after twice as long, up to 26 s, and then answered; a lock that was refused counts as
     * not acquired, a notification as not committed.
     */
    default void refused(SQLException refusal) {
        failed(refusal);
    }

    /** Nothing that this subscriber asks for is refused any more. */
    default void granted() {}

    /** The session does not try again: {@link SessionOptions#reconnectLimit()} attempts have failed. The last call. */
    void gaveUp(Exception failure);
}
