package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.connection.FirstAttempt;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.reading.Ticket;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.log.schema.LogSchemaException;
import io.github.pgpubsub.status.SessionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading connection of a database, and the thread that owns it and the groups' readers. Any thread may call the public methods;
 * everything else belongs to this thread.
 */
public final class LogReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    /** Maximum time for one answer of the server. */
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);
    /** How often the groups are asked whether they lead, and so the longest delay until a change of the leader is noticed. */
    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** How often groups show that they are there. Their expiry is far longer. */
    private static final long SEEN_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Pause after an unexpected failure, so that repeated failures do not make a busy loop. */
    private static final long RECOVERY_MILLIS = 50;
    /** read_only_sql_transaction. */
    private static final String REPLICA = "25006";

    /** Runs a request and returns what its answer does in the reader. */
    interface Request {
        Runnable run(LogConnection connection) throws SQLException;
    }

    /** @param ticket null: nobody waits for an answer */
    private record Pending(GroupReader group, @Nullable Ticket ticket, Request request) {}

    private final ConnectionSource source;
    private final LogReaderOptions options;
    private final LogQueries queries;
    private final LogSchema schema;
    private final WakeUps wakeUps;
    private final UUID id = UUID.randomUUID();
    private final FirstAttempt firstAttempt = new FirstAttempt();
    private final Thread thread;
    private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean closing;
    /** For status and {@link #close}; null: not connected. */
    private volatile @Nullable LogConnection current;

    /** System.nanoTime of the last connect or loss. */
    private volatile long since = System.nanoTime();
    /** System.nanoTime of the server's last answer. */
    private volatile long heard = System.nanoTime();
    /** Written by the reading thread only. */
    private volatile int connections;

    // ---- of the reading thread

    private final Set<GroupReader> groups = new LinkedHashSet<>();
    private final Deque<Pending> requests = new ArrayDeque<>();
    private final Backoff backoff;
    private long connectAt;
    private long seenAt;

    /**
     * @param source  reading connections, possibly through a transaction pooler
     * @param wakeUps started and closed by this object
     * @param threads creates an unstarted thread from its purpose and a task
     */
    public LogReader(ConnectionSource source, LogReaderOptions options, WakeUps wakeUps,
            BiFunction<String, Runnable, Thread> threads) {
        this.source = source;
        this.options = options;
        this.queries = new LogQueries(options.schema());
        this.schema = new LogSchema(options.schema());
        this.wakeUps = wakeUps;
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
        this.thread = threads.apply("read", this::run);
    }

    // ---- by any thread

    public void start() {
        connectAt = System.nanoTime();
        seenAt = System.nanoTime() + SEEN_NANOS;
        wakeUps.start(id, channel -> post(() -> groups.forEach(group -> group.woken(channel))));
        thread.start();
    }

    /**
     * Waits until the first attempt to connect has succeeded or failed, or the time is up.
     *
     * @throws SQLException             when another attempt would fail, too: a wrong password, no such database
     * @throws IllegalArgumentException when the settings can't work, or the log can't be used as it is
     */
    public void awaitFirstAttempt(Duration longest) throws SQLException, InterruptedException {
        firstAttempt.await(longest);
    }

    /** Process id of the reading backend; 0: not connected. */
    public int backend() {
        LogConnection connection = current;
        return connection == null ? 0 : connection.backend();
    }

    /** Completes when the thread has ended, so that what is posted is not done any more. */
    CompletableFuture<Void> whenEnded() {
        return ended;
    }

    /** The state of the reading connection. */
    public SessionStatus status() {
        long now = System.nanoTime();
        int backend = backend();
        return new SessionStatus(backend != 0, backend, Duration.ofNanos(now - since), Duration.ofNanos(now - heard),
                Math.max(0, connections - 1), 0, null);
    }

    /** Has the reading thread do something, after what was posted before. */
    void post(Runnable command) {
        commands.add(command);
    }

    /**
     * Ends the thread and the connection. Groups that have not been stopped lose their connection without an orderly end. If the
     * thread is connecting, this method waits one second at most; the thread then ends with the attempt.
     */
    @Override
    public void close() {
        closing = true;
        post(() -> {});
        boolean interrupted = false;
        for (int seconds = 0; thread.isAlive() && !(seconds > 0 && current == null); seconds++) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(1));
                LogConnection left = current;
                if (thread.isAlive() && left != null) {
                    left.abort();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        wakeUps.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- by the groups, in the reading thread

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    WakeUps wakeUps() {
        return wakeUps;
    }

    void add(GroupReader group) {
        assert isCurrentThread();
        groups.add(group);
        if (current != null) {
            group.connected(null);
        }
    }

    void remove(GroupReader group) {
        assert isCurrentThread();
        groups.remove(group);
        group.removed();
    }

    /** Requests are run in the order of the calls. */
    void request(GroupReader group, @Nullable Ticket ticket, Request request) {
        assert isCurrentThread();
        requests.add(new Pending(group, ticket, request));
    }

    // ---- the loop

    private void run() {
        while (!closing) {
            try {
                pass();
            } catch (InterruptedException e) {
                // A stray interrupt of a customizer or a DataSource; close() is the only way to end this thread.
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                LOG.error("Reading from {} failed and continues", source, e);
                recover(e);
            }
        }
        firstAttempt.succeeded();
        disconnect();
        List.copyOf(groups).forEach(this::remove);
        ended.complete(null);
    }

    /** Whatever happened, step 0 finds out where each place is. */
    private void recover(Throwable failure) {
        try {
            lost(new SQLException("Reading failed", failure));
            TimeUnit.MILLISECONDS.sleep(RECOVERY_MILLIS);
        } catch (Throwable e) {
            LOG.debug("Recovering failed; the next pass tries again", e);
        }
    }

    private void pass() throws InterruptedException {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        long now = System.nanoTime();
        for (GroupReader group : List.copyOf(groups)) {
            group.tick(now);
        }
        LogConnection connection = current;
        if (connection == null && now - connectAt >= 0) {
            connect();
        } else if (connection != null && !requests.isEmpty()) {
            run(requests.remove(), connection);
        } else if (connection != null && now - seenAt >= 0) {
            showSigns(connection);
        } else {
            Runnable command = commands.poll(waitNanos(now, connection), TimeUnit.NANOSECONDS);
            if (command != null) {
                command.run();
            }
        }
    }

    private long waitNanos(long now, @Nullable LogConnection connection) {
        long wait = Math.max(0, (connection == null ? connectAt : seenAt) - now);
        for (GroupReader group : groups) {
            wait = Math.min(wait, Math.min(LEAD_NANOS, group.waitNanos(now)));
        }
        return wait;
    }

    private void run(Pending pending, LogConnection connection) {
        Runnable answer;
        try {
            answer = pending.request.run(connection);
            heard = System.nanoTime();
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e) || REPLICA.equals(e.getSQLState())) {
                lost(e);
            } else if (pending.ticket != null) {
                LOG.debug("A request for {} failed", pending.group, e);
                pending.group.refused(pending.ticket, ConnectionFailure.firstLine(e));
            } else {
                LOG.debug("A request for {} failed, and nobody waits for it", pending.group, e);
            }
            return;
        }
        answer.run();
    }

    private void showSigns(LogConnection connection) {
        seenAt = System.nanoTime() + SEEN_NANOS;
        List<Long> nos = new ArrayList<>();
        groups.stream().filter(GroupReader::isInTerm).forEach(group -> nos.add(group.no()));
        if (nos.isEmpty()) {
            return;
        }
        try {
            connection.seen(nos);
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                lost(e);
            } else {
                LOG.warn("Groups can't be kept from expiring: {}", ConnectionFailure.firstLine(e));
            }
        }
    }

    // ---- the connection

    private void connect() {
        try {
            LogConnection opened = open();
            if (backoff.failures() > 0) {
                LOG.info("Reading from {} again as backend {}", source, opened.backend());
            }
            Duration lost = Duration.ofNanos(System.nanoTime() - since);
            current = opened;
            since = System.nanoTime();
            heard = since;
            int number = connections + 1;
            connections = number;
            backoff.reset();
            firstAttempt.succeeded();
            List.copyOf(groups).forEach(group -> group.connected(number == 1 ? null : lost));
        } catch (SQLException | RuntimeException e) {
            // Of a log that can't be used as it is, a start is told as of settings that can't work.
            failedToConnect(e instanceof LogSchemaException ? new IllegalArgumentException(e.getMessage(), e) : e);
        }
    }

    private void failedToConnect(Exception failure) {
        if (backoff.failures() == 0) {
            LOG.warn("Can't read kept messages from {}: {}{}", source, ConnectionFailure.firstLine(failure),
                    FirstAttempt.isHopeless(failure) ? "" : "; trying again");
        }
        firstAttempt.failed(failure);
        groups.forEach(group -> group.connectionFailed(failure));
        // A customizer or a DataSource may leave an interrupt flag behind.
        Thread.interrupted();
        connectAt = System.nanoTime() + backoff.next().toNanos();
    }

    private LogConnection open() throws SQLException {
        ServerConnection opened = ServerConnection.openDurable(source, options.name(), IO_TIMEOUT, options.customizer());
        try {
            if (opened.inRecovery()) {
                throw new SQLException("The server " + source + " is a replica (pg_is_in_recovery): kept messages are read from"
                        + " the primary. Name the primary, or several hosts with targetServerType=primary", REPLICA);
            }
            if (!opened.behindPooler()) {
                opened.set(Map.of("idle_session_timeout", "0"));
            }
            schema.prepare(opened.jdbc(), options.create(), LogSchema.Use.RECEIVE);
            return new LogConnection(opened, queries, id, options.name());
        } catch (SQLException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    private void lost(Exception failure) {
        if (current != null) {
            if (!closing) {
                LOG.warn("Lost the connection to {} while reading: {}", source, ConnectionFailure.firstLine(failure));
            }
            disconnect();
            connectAt = System.nanoTime() + backoff.next().toNanos();
        }
    }

    private void disconnect() {
        LogConnection former = current;
        current = null;
        requests.clear();
        if (former != null) {
            since = System.nanoTime();
            former.close();
        }
        List.copyOf(groups).forEach(GroupReader::disconnected);
        // What the groups ask for meanwhile has no connection either.
        requests.clear();
    }
}
