package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The wishes that the subscribers of one connected session have for the server, sent in as few round trips as can be: all wishes of
 * one kind are one statement. When the server refuses that, each wish is sent alone, and a wish that is refused then is the failure
 * of its subscriber alone: see {@link Refusals}. Lives as long as its connection, and belongs to the session's thread.
 */
final class Requests {

    /** Rounds of questions that follow from answers, before the session reads on. */
    private static final int MOST_ROUNDS = 20;

    private static final String CHECK = """
            select pg_catalog.pg_backend_pid(), (select pg_catalog.count(*) from pg_catalog.pg_listening_channels()),
                (select pg_catalog.count(*) from pg_catalog.pg_locks
                 where pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() and locktype operator(pg_catalog.=) 'advisory'),
                pg_catalog.pg_notification_queue_usage()""";

    private final ServerConnection connection;
    private final RoundTrips roundTrips = new RoundTrips();
    private final Refusals refusals = new Refusals(System::nanoTime);
    private final ChannelRequests channels;
    private final NotifyRequests notifies;
    private final LockRequests locks;
    private final BackendRequests backends;

    /** @param ownMarks the channel on which this process marks its own messages; listened to while any other is */
    Requests(ServerConnection connection, String ownMarks) {
        this.connection = connection;
        this.channels = new ChannelRequests(connection, roundTrips, refusals, ownMarks);
        this.notifies = new NotifyRequests(connection, roundTrips, refusals);
        this.locks = new LockRequests(new AdvisoryLocks(connection, roundTrips), refusals);
        this.backends = new BackendRequests(connection, roundTrips, refusals);
    }

    /** What this subscriber asks with. */
    SessionStream of(Subscriber owner) {
        return new BatchedStream(owner, connection, roundTrips, channels, notifies, locks, backends);
    }

    /** Who gets what arrives. */
    Receivers receivers() {
        return channels.receivers();
    }

    /** The session was whole at that time; see {@link SessionStream#lastProof()}. */
    void proven(long at) {
        roundTrips.proven(at);
    }

    /**
     * Sends what was asked for, and what the answers ask for in turn. Each group is committed before the next is sent, because a
     * lock call acts at once and a NOTIFY only when it commits. A subscriber that asks again and again does not keep the session
     * from reading: what is left after some rounds is sent with the next call.
     *
     * @return false: nothing was asked for
     */
    boolean flush() throws SQLException {
        boolean any = false;
        refusals.wishAgain();
        for (int round = 0; round < MOST_ROUNDS && !isEmpty(); round++) {
            any = true;
            channels.flush();
            notifies.flush();
            locks.flush();
            backends.flush();
        }
        return any;
    }

    private boolean isEmpty() {
        return channels.isEmpty() && notifies.isEmpty() && locks.isEmpty() && backends.isEmpty();
    }

    /**
     * Asks for a sign of life, and whether LISTENs and locks are still there: DISCARD ALL removes both without a word.
     *
     * @return share of the server's notification queue that is in use, 0 to 1
     * @throws SQLException when the connection is gone, or what it held
     */
    double check() throws SQLException {
        try (PreparedStatement statement = connection.jdbc().prepareStatement(CHECK);
                ResultSet row = roundTrips.query(statement)) {
            row.next();
            if (row.getInt(1) != connection.backend()) {
                throw new SQLException(
                        "Another backend answers than the one that listens, so there is a pooler between that gives"
                                + " each transaction another one (pool_mode=transaction)");
            }
            if (row.getInt(2) < channels.listening() || row.getInt(3) < locks.held()) {
                throw new SQLException("The session has lost its LISTENs or its locks; something has run DISCARD or UNLISTEN on"
                        + " it");
            }
            return row.getDouble(4);
        }
    }
}
