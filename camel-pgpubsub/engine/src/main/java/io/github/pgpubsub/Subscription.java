package io.github.pgpubsub;

import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What {@link PgPubSub#subscribe} began. Thread-safe. */
public interface Subscription extends AutoCloseable {

    /**
     * Whether messages are taken in now: listening is active and, with a single listener, this is the one, as the server has said
     * within half of the leader timeout.
     */
    boolean isReceiving();

    /**
     * Whether work may begin now that only the receiving one may do: with a single listener, its session's thread has also looked
     * at the connection a moment ago. So one that was frozen and goes on gets false before it knows what has become of it. That
     * may last for milliseconds only, where {@link #isReceiving} does not change.
     */
    boolean mayProcess();

    /** How it stands now. */
    SubscriptionStatus status();

    /**
     * Asks the server who takes part in this subscription's group. Blocks for a round trip.
     *
     * @return empty without a single listener
     * @throws SQLException when there is no connection, or no answer within ten seconds
     */
    List<GroupMember> members() throws SQLException, InterruptedException;

    /**
     * The orderly end: takes in nothing more, waits until what was taken in has been handled (for the options' drain timeout
     * at most), gives a lock back and tells the next in line. Called by a thread that is handling one of its messages, it does not
     * wait for it: a thread of its own does the rest. A second call, and one while another is going on, waits until the first has
     * ended it. An interrupt does not end the wait, and is kept.
     */
    @Override
    void close();

    /**
     * Begins the orderly end and returns at once: for those who may be what the end would wait for.
     *
     * @param grace how long it may be taken back with {@link #goOn}, while messages are being handled; meanwhile the handler is
     *              given no more, and what comes is still taken in. Zero: it can't be taken back
     * @return done when it has ended; no failure
     */
    CompletableFuture<Void> end(Duration grace);

    /**
     * Takes back an {@link #end} that is in its grace.
     *
     * @return false: it has begun to end, or has ended; subscribe anew
     */
    boolean goOn();
}
