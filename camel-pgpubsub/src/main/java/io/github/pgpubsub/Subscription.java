package io.github.pgpubsub;

import java.sql.SQLException;
import java.util.List;

/** What {@link PgPubSub#subscribe} began. Thread-safe. */
public interface Subscription extends AutoCloseable {

    /**
     * Whether messages are taken in now: listening is active and, with a single listener, this is the one.
     */
    boolean isReceiving();

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
