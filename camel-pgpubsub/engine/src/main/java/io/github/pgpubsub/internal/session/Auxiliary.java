package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A second connection, for signs of life and for checking whether the session still holds its locks. It is opened when a session
 * stops reading because a queue is full, or has been reading a backlog for long. The listening connection can't be used then: the
 * driver would read the whole backlog before any answer. Belongs to the session's thread.
 */
final class Auxiliary implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Auxiliary.class);

    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();
    /** How long the session waits for this connection, at most: a pool may take half a minute to say that it has none. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** All locks of a backend: looking for a thousand given keys takes the server five times as long. */
    private static final String HELD = "select key from (" + AdvisoryLocks.ALL + ") holders where pid operator(pg_catalog.=) ?";
    /** The planner takes pg_locks for a single row, and would search all locks for each of a thousand groups: 300 ms instead of 20. */
    private static final Map<String, String> SETTINGS = Map.of("enable_nestloop", "off");
    /** Several rows for a sign if strangers share the watched lock; the server sends a notification once for all of them. */
    private static final String SIGNS = "with holders as (" + AdvisoryLocks.ALL + ")\n" + """
            select sign.n, coalesce(standby.pid, 0), pg_catalog.pg_notify(sign.channel, sign.payload)
            from rows from (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[]),
                pg_catalog.unnest(?::pg_catalog.int8[]), pg_catalog.unnest(?::pg_catalog.int8[]))
                with ordinality as sign(channel, payload, lock, watched, n)
            join holders on holders.key operator(pg_catalog.=) sign.lock and holders.pid operator(pg_catalog.=) ?
            left join holders standby on standby.key operator(pg_catalog.=) sign.watched""";

    private static final String QUEUE_USAGE = "select pg_catalog.pg_notification_queue_usage()";

    private final ConnectionSource source;
    private final SessionOptions options;
    private final String server;
    private final ThreadFactory threads;
    /** Null: not open. */
    private @Nullable ServerConnection connection;
    /** The attempt to open the connection; null: none. */
    private @Nullable CompletableFuture<ServerConnection> opening;
    private long nextAttempt = System.nanoTime();
    private final Duration patience;
    /** How long to wait for the next attempt: not at all after an attempt that has failed or takes long. */
    private Duration wait;
    /** What has been told since it last worked. */
    private final Set<String> told = new HashSet<>();

    /**
     * @param server  where the listening connection leads; see {@link ServerConnection#server()}
     * @param threads for attempts to open this connection
     */
    Auxiliary(ConnectionSource source, SessionOptions options, String server, ThreadFactory threads) {
        this.source = source;
        this.options = options;
        this.server = server;
        this.threads = threads;
        this.patience = PATIENCE.compareTo(options.heartbeatTimeout()) < 0 ? PATIENCE : options.heartbeatTimeout();
        this.wait = patience;
    }

    /** Opens the connection unless it is open, and returns its backend; 0: no connection can be opened now. */
    int backend() {
        if (connection == null) {
            connection = opened();
        }
        return connection == null ? 0 : connection.backend();
    }

    /** Begins an attempt to open the connection, and waits a little; or looks what has become of the last attempt. */
    private @Nullable ServerConnection opened() {
        CompletableFuture<ServerConnection> attempt = opening;
        if (attempt == null) {
            if (System.nanoTime() - nextAttempt < 0) {
                return null;
            }
            attempt = beginOpening();
            opening = attempt;
        }
        try {
            ServerConnection opened = attempt.get(wait.toMillis(), TimeUnit.MILLISECONDS);
            opening = null;
            wait = patience;
            return opened;
        } catch (ExecutionException e) {
            // An exception of a pool or a customizer here does not concern the listening connection.
            Throwable reason = e.getCause();
            complain("No second connection to {} for signs of life: {}", source,
                    ConnectionFailure.firstLine(reason == null ? e : reason));
            opening = null;
            wait = Duration.ZERO;
            nextAttempt = System.nanoTime() + RETRY_NANOS;
        } catch (TimeoutException e) {
            if (!wait.isZero()) {
                complain("No second connection to {} for signs of life: there is none after {} ms, and the attempt goes on",
                        source,
                        wait.toMillis());
            }
            wait = Duration.ZERO;
        } catch (InterruptedException e) {
            LOG.debug("The wait for the second connection was interrupted", e);
        }
        return null;
    }

    private CompletableFuture<ServerConnection> beginOpening() {
        CompletableFuture<ServerConnection> attempt = new CompletableFuture<>();
        try {
            threads.newThread(() -> {
                try {
                    attempt.complete(open());
                } catch (Throwable e) {
                    fail(attempt, e);
                }
            }).start();
        } catch (RuntimeException | OutOfMemoryError e) {
            attempt.completeExceptionally(e);
        }
        return attempt;
    }

    /** Goes on until there is memory for it: an attempt without an outcome would be the last one. */
    private static void fail(CompletableFuture<ServerConnection> attempt, Throwable failure) {
        while (!attempt.isDone()) {
            try {
                // Wrapped, because get() throws a CancellationException of a pool as it is.
                attempt.completeExceptionally(new CompletionException(failure));
            } catch (OutOfMemoryError e) {
                Survival.pause();
            }
        }
    }

    /** Opens a connection to the server of the listening connection: in any other, the number of its backend means nothing. */
    private ServerConnection open() throws SQLException {
        ServerConnection opened = ServerConnection.open(source, options.name() + " auxiliary", options.heartbeatTimeout(),
                options.customizer());
        try {
            if (!opened.server().equals(server)) {
                throw new SQLException("It leads to another server than the listening connection");
            }
            opened.set(SETTINGS);
            return opened;
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Sends each sign of life if the listening backend holds its lock, all in one commit: one after the other, those of a thousand
     * groups take longer than it takes until the next are due.
     *
     * @return false if a lock is lost
     */
    boolean send(List<Subscriber.Sign> signs, int listeningBackend) {
        if (connection == null || signs.isEmpty()) {
            // Closed after the failure of an earlier sign, or never opened.
            return true;
        }
        try (PreparedStatement statement = connection.jdbc().prepareStatement(SIGNS)) {
            statement.setArray(1, array("text", signs, Subscriber.Sign::channel));
            statement.setArray(2, array("text", signs, Subscriber.Sign::payload));
            statement.setArray(3, array("bigint", signs, Subscriber.Sign::lock));
            statement.setArray(4, array("bigint", signs, Subscriber.Sign::watched));
            statement.setInt(5, listeningBackend);
            Map<Integer, Integer> standbys = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    standbys.merge(rows.getInt(1) - 1, rows.getInt(2), Math::min);
                }
            }
            told.clear();
            standbys.forEach((sign, standby) -> signs.get(sign).sent().accept(standby));
            return standbys.size() == signs.size();
        } catch (SQLException | RuntimeException e) {
            // Missing signs are safe: the leader's lease runs out before others act, and it begins no more messages.
            report("Signs of life could not be sent: {}", e);
            return true;
        }
    }

    private Array array(String type, List<Subscriber.Sign> signs, Function<Subscriber.Sign, Object> each) throws SQLException {
        ServerConnection opened = connection;
        assert opened != null;
        return opened.jdbc().createArrayOf(type, signs.stream().map(each).toArray());
    }

    /**
     * Returns the locks that the listening backend holds.
     *
     * @return null if the server can't be asked now
     */
    @Nullable
    Set<Long> held(int listeningBackend) {
        if (backend() == 0) {
            return null;
        }
        ServerConnection opened = connection;
        assert opened != null;
        try (PreparedStatement statement = opened.jdbc().prepareStatement(HELD)) {
            statement.setInt(1, listeningBackend);
            Set<Long> held = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    held.add(rows.getLong(1));
                }
            }
            told.clear();
            return held;
        } catch (SQLException | RuntimeException e) {
            report("The check whether the session still holds its locks failed: {}", e);
            return null;
        }
    }

    /** Used share of the server's notification queue, 0 to 1; -1 if the server can't be asked now. */
    double queueUsage() {
        if (backend() == 0) {
            return -1;
        }
        ServerConnection opened = connection;
        assert opened != null;
        try (Statement statement = opened.jdbc().createStatement();
                ResultSet row = statement.executeQuery(QUEUE_USAGE)) {
            row.next();
            told.clear();
            return row.getDouble(1);
        } catch (SQLException | RuntimeException e) {
            report("The usage of the server's notification queue could not be read: {}", e);
            return -1;
        }
    }

    private void report(String message, Exception failure) {
        complain(message, ConnectionFailure.firstLine(failure));
        nextAttempt = System.nanoTime() + RETRY_NANOS;
        close();
    }

    /** Each message only once until it works again: a stall can last for hours. */
    private void complain(String message, Object... values) {
        LOG.atLevel(told.add(message) ? Level.WARN : Level.DEBUG).log(message, values);
    }

    @Override
    public void close() {
        if (opening != null) {
            CompletableFuture<ServerConnection> unused = opening.whenComplete((late, failure) -> {
                if (late != null) {
                    late.close();
                }
            });
            opening = null;
        }
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
