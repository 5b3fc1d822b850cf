package io.github.pgpubsub.internal.log.storing;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.connection.FirstAttempt;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.kept.StoredPayloadMissingException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches stored payloads, one at a time, on a connection that is opened for the first one. A pool's connection is given back after each.
 * Thread-safe.
 */
final class PayloadFetcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoredInLog.class);

    /** Maximum time for one answer of the server. */
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);
    /** read_only_sql_transaction: a replica may not have the row yet. */
    private static final String REPLICA = "25006";

    private static final long LAST_SECONDS = 1;

    private final StoreSettings settings;
    private final String sql;
    private final ReentrantLock lock = new ReentrantLock();
    /** With {@link #lock}: signalled by {@link #close}. */
    private final Condition closing = lock.newCondition();
    private final Backoff backoff;
    private volatile boolean closed;
    /** Changed by the lock's holder. Null: not connected. */
    private volatile @Nullable ServerConnection current;

    /** @param payload null: the row is not there */
    private record Answer(boolean genuine, @Nullable String payload) {}

    PayloadFetcher(StoreSettings settings, LogQueries queries) {
        this.settings = settings;
        this.sql = queries.sql(Statement.STORED);
        this.backoff = new Backoff(settings.reconnectDelay(), settings.reconnectMaxDelay(), ThreadLocalRandom.current());
    }

    /**
     * Returns what the notification refers to, or the notification if it is no genuine reference.
     *
     * @throws StoredPayloadMissingException when the row is not there
     * @throws SQLException                  when the server refuses and another attempt would fail, too
     * @throws InterruptedException          when the thread is interrupted while it waits
     */
    String fetch(String channel, String notification) throws SQLException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                boolean fresh = current == null;
                try {
                    Answer answer = ask(channel, notification);
                    backoff.reset();
                    if (!answer.genuine) {
                        return notification;
                    } else if (answer.payload != null) {
                        return answer.payload;
                    } else if (fresh) {
                        throw new StoredPayloadMissingException(channel, id(notification));
                    }
                    // Another server may be the primary since this connection was opened.
                    disconnect();
                } catch (SQLException e) {
                    pauseAfter(e);
                }
            }
        } finally {
            if (settings.fetching().pooled()) {
                disconnect();
            }
            lock.unlock();
        }
    }

    /** Of a genuine reference. */
    private static long id(String reference) {
        return Long.parseLong(reference.split("/", -1)[2]);
    }

    private Answer ask(String channel, String notification) throws SQLException {
        try (PreparedStatement statement = connected().jdbc().prepareStatement(sql)) {
            statement.setString(1, channel);
            statement.setString(2, notification);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Answer(row.getBoolean(1), row.getString(2));
            }
        }
    }

    private ServerConnection connected() throws SQLException {
        ServerConnection connection = current;
        if (closed) {
            throw closed();
        } else if (connection != null) {
            return connection;
        }
        ServerConnection opened = open();
        try {
            if (opened.inRecovery()) {
                throw new SQLException("The server " + settings.fetching() + " is a replica (pg_is_in_recovery)", REPLICA);
            }
            if (!opened.behindPooler()) {
                opened.set(Map.of("idle_session_timeout", "0"));
            }
        } catch (SQLException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
        current = opened;
        if (closed) {
            // Nobody else would close it.
            throw closed();
        }
        return opened;
    }

    private ServerConnection open() throws SQLException {
        try {
            return ServerConnection.open(settings.fetching(), settings.name(), IO_TIMEOUT, settings.customizer());
        } catch (RuntimeException e) {
            if (FirstAttempt.isHopeless(e)) {
                throw e;
            }
            // A pool that can't open its first connection.
            throw new SQLException(e.toString(), e);
        }
    }

    private static SQLException closed() {
        return new SQLException("Not fetched: the connections are closed", "57P01");
    }

    /** Returns when another attempt may succeed; otherwise throws the failure, and the message is lost. */
    private void pauseAfter(SQLException failure) throws SQLException, InterruptedException {
        boolean opening = current == null;
        disconnect();
        boolean passing = opening || ConnectionFailure.isLoss(failure) || isPassingRefusal(failure);
        if (closed || !passing || FirstAttempt.isHopeless(failure)) {
            throw failure;
        }
        if (backoff.failures() == 1) {
            LOG.warn("Can't fetch a stored payload from {}: {}; trying again", settings.fetching(),
                    ConnectionFailure.firstLine(failure));
        }
        long left = backoff.next().toNanos();
        while (left > 0 && !closed) {
            left = closing.awaitNanos(left);
        }
    }

    /** The server is out of something, or other sessions are in the way (classes 53 and 40, lock_not_available, query_canceled). */
    private static boolean isPassingRefusal(SQLException failure) {
        String state = failure.getSQLState();
        return state != null
                && (state.startsWith("53") || state.startsWith("40") || state.equals("55P03") || state.equals("57014"));
    }

    private void disconnect() {
        ServerConnection former = current;
        current = null;
        if (former != null) {
            former.close();
        }
    }

    /** If a thread is connecting, it ends with the attempt, and this method waits one second at most. */
    @Override
    public void close() {
        closed = true;
        ServerConnection connection = current;
        if (connection != null && lock.isLocked()) {
            connection.abort();
        }
        try {
            if (lock.tryLock(LAST_SECONDS, TimeUnit.SECONDS)) {
                try {
                    closing.signalAll();
                    disconnect();
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
