package io.github.pgpubsub;

import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An active subscription, made by {@link PgPubSub#subscribe}. Thread-safe. */
public interface Subscription extends AutoCloseable {

    /**
     * Whether this subscription currently receives messages: it listens and, with a single listener, it leads, as the server has
     * confirmed within half of the leader timeout.
     */
    boolean isReceiving();

    /**
     * Whether this process may begin work now that only the listener may do. Stricter than {@link #isReceiving} with a single
     * listener: the session's thread must also have checked the connection a moment ago. So a process that resumes after a freeze
     * gets false even before it has noticed a loss of the lead. False may last only milliseconds, without a change of
     * {@link #isReceiving}.
     */
    boolean mayProcess();

    /** The current state. */
    SubscriptionStatus status();

    /**
     * Waits until the start is decided: until this subscription listens and, with a single listener, the first election is over, or until
     * the server turns out to be unreachable; then attempts continue in the background. Returns at once if the subscription was made
     * by a call that waited for this, as calls do unless {@link SubscriptionOptions.Builder#awaitStart} is false.
     *
     * @param longest maximum time to wait
     * @return false if the time is up before
     * @throws InterruptedException when the thread is interrupted meanwhile; the start continues
     */
    default boolean awaitStart(Duration longest) throws InterruptedException {
        return true;
    }

    /**
     * Since when messages may be missed if this subscription ends now: while it listens, the time up to which it has surely received
     * all, otherwise the time at which it ceased to listen.
     *
     * @return as {@link System#nanoTime}; null: it has never listened, or it is a single listener, for which other members may receive
     */
    default @Nullable Long missesSince() {
        return null;
    }

    /**
     * Queries the server for the members of this subscription's group. Blocks for a round trip.
     *
     * @return empty with {@code singleListener=false}
     * @throws SQLException when there is no connection, or no answer within ten seconds
     */
    List<GroupMember> members() throws SQLException, InterruptedException;

    /**
     * Ends the subscription in an orderly way: receives nothing more, waits until the messages already taken in are handled (at
     * most for the options' drain timeout), gives back the lock and informs the next member. When called by a thread that handles
     * one of the subscription's messages, it returns at once, and another thread does the rest. Every other call waits until the
     * subscription has ended. An interrupt does not end the wait; the thread's interrupt status is kept.
     */
    @Override
    void close();

    /**
     * Begins the orderly end and returns at once. For callers that the end might have to wait for, such as a handler.
     *
     * @param grace how long {@link #goOn} may revoke the end, while messages are being handled. Meanwhile the handler gets no
     *              further messages, but arriving messages are still taken in. Zero: the end can't be revoked
     * @return completes when the subscription has ended; never exceptionally
     */
    CompletableFuture<Void> end(Duration grace);

    /**
     * Revokes an {@link #end} within its grace.
     *
     * @return false if the subscription is already ending or has ended; then subscribe again
     */
    boolean goOn();
}
