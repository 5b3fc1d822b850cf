package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The requests of all subscribers of one connected session, sent in as few round trips as possible: all requests of one kind are one
 * statement. If the server refuses this statement, each request is sent alone, so that a refusal concerns only one subscriber: see
 * {@link Refusals}. Lives as long as its connection, and belongs to the session's thread.
 */
final class Requests {

    /** Maximum rounds of requests that follow from answers, before the session reads on. */
    private static final int MOST_ROUNDS = 20;

    private static final String CHECK = """
            select pg_catalog.pg_backend_pid(), (select pg_catalog.count(*) from pg_catalog.pg_listening_channels()),
                (select pg_catalog.count(*) from pg_catalog.pg_locks
                 where pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() and locktype operator(pg_catalog.=) 'advisory'),
                pg_catalog.pg_notification_queue_usage()""";

    private final ServerConnection connection;
    private final RoundTrips roundTrips;
    private final Refusals refusals = new Refusals(System::nanoTime);
    private final ChannelRequests channels;
    private final NotifyRequests notifies;
    private final LockRequests locks;
    private final BackendRequests backends;

    /**
     * @param ownMarks the channel on which this process marks its own messages; listened to along with any other channel
     * @param pulse    beats with each proof
     * @param answered called after each answer of the server: many requests over a slow network take long
     */
    Requests(ServerConnection connection, String ownMarks, Pulse pulse, Runnable answered) {
        this.connection = connection;
        this.roundTrips = new RoundTrips(pulse, answered);
        this.channels = new ChannelRequests(connection, roundTrips, refusals, ownMarks);
        this.notifies = new NotifyRequests(connection, roundTrips, refusals);
        this.locks = new LockRequests(new AdvisoryLocks(connection, roundTrips), refusals);
        this.backends = new BackendRequests(connection, roundTrips, refusals);
    }

    /** The stream through which this subscriber sends its requests. */
    SessionStream of(Subscriber owner) {
        return new BatchedStream(owner, connection, roundTrips, channels, notifies, locks, backends);
    }

    /** The receivers of each channel. */
    Receivers receivers() {
        return channels.receivers();
    }

    /** Records that the session was whole at that time; see {@link SessionStream#lastProof()}. */
    void proven(long at) {
        roundTrips.proven(at);
    }

    /**
     * Sends the waiting requests, and the requests that follow from their answers. Each group is committed before the next is sent,
     * because a lock call acts at once and a NOTIFY only when it commits. The number of rounds is limited, so that a subscriber
     * can't keep the session from reading; the next call sends the rest.
     *
     * @return whether anything was sent
     */
    boolean flush() throws SQLException {
        boolean any = false;
        refusals.retryDue();
        for (int round = 0; round < MOST_ROUNDS && !isEmpty(); round++) {
            any = true;
            channels.flush();
            notifies.flush();
            locks.flush();
            backends.flush();
        }
        if (!any) {
            channels.moveSharedBehind();
        }
        // One at a time: whatever somebody depends on comes before the next.
        return backends.askForTexts() || any;
    }

    private boolean isEmpty() {
        return channels.isEmpty() && notifies.isEmpty() && locks.isEmpty() && backends.isEmpty();
    }

    /**
     * Asks for a sign of life, and whether LISTENs and locks are still there: DISCARD ALL removes both silently.
     *
     * @return used share of the server's notification queue, 0 to 1
     * @throws SQLException when the connection is lost, or its LISTENs or locks are
     */
    double check() throws SQLException {
        long sent = System.nanoTime();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(CHECK);
                ResultSet row = roundTrips.queryUnproven(statement)) {
            row.next();
            if (row.getInt(1) != connection.backend()) {
                throw new SQLException(
                        "The backend that answers is not the one that listens: a pooler in between changes the backend with each"
                                + " transaction (pool_mode=transaction)");
            }
            if (row.getInt(2) < channels.listening() || row.getInt(3) < locks.held()) {
                throw new SQLException(
                        "The session has lost its LISTENs or its locks, so DISCARD or UNLISTEN was executed on its connection");
            }
            roundTrips.proven(sent);
            return row.getDouble(4);
        }
    }
}
