package io.github.pgpubsub;

import java.sql.SQLException;
import java.util.List;

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
     * at most), gives a lock back and tells the next in line. Called by the handler itself, it does not wait for it.
     */
    @Override
    void close();
}
