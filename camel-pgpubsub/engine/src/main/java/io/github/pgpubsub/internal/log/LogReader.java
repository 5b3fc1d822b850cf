package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.connection.FirstAttempt;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.log.schema.LogSchemaException;
import io.github.pgpubsub.status.SessionStatus;
import java.sql.SQLException;
import java.time.Duration;
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
 * The reading connection of a database, and the thread that owns it, the groups' readers and all but the public methods.
 */
public final class LogReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    /** How often the groups are asked whether they lead, and so the longest delay until a change of the leader is noticed. */
    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Pause after an unexpected failure, so that repeated failures do not make a busy loop. */
    private static final long RECOVERY_MILLIS = 50;

    private final ConnectionSource source;
    private final LogReaderOptions options;
    private final LogQueries queries;
    private final LogSchema schema;
    private final WakeUps wakeUps;
    private final Upkeep upkeep;
    private final FarPages far;
    private final UUID id = UUID.randomUUID();
    private final FirstAttempt firstAttempt = new FirstAttempt();
    private final Thread thread;
    private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean closing;
    /** For status and {@link #close}; null: not connected. */
    private volatile @Nullable LogConnection current;

    private final ReadingView view = new ReadingView();

    // ---- of the reading thread

    private final HostedGroups groups = new HostedGroups();
    private final RequestQueue requests = new RequestQueue();
    private final Backoff backoff;
    private long connectAt;
    /** Why a pass has failed, until what must follow has happened; null: none has. */
    private @Nullable Throwable unhandled;

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
        this.upkeep = new Upkeep(source, options, queries, threads);
        this.far = new FarPages(source, options, schema, queries, id, threads);
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
        this.thread = threads.apply("read", this::run);
    }

    // ---- by any thread

    public void start() {
        connectAt = System.nanoTime();
        wakeUps.start(id, channel -> post(() -> groups.woken(channel)));
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
        return view.status(backend());
    }

    /** What became of forgetting old messages, for status. */
    Rotation rotation() {
        return upkeep.rotation();
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
        wakeUps.resume();
        if (current != null) {
            group.connected(null);
        }
    }

    void remove(GroupReader group) {
        assert isCurrentThread();
        groups.remove(group);
    }

    /** What this process reads of a group with shards. */
    Siblings siblings(Shard group) {
        assert isCurrentThread();
        return groups.siblings(group);
    }

    RequestQueue requests() {
        assert isCurrentThread();
        return requests;
    }

    /** See {@link FarPages#read}. A group that is alone makes nobody wait, and reads on the reading connection. */
    boolean readApart(Shard group, Set<Integer> shards, PageRequest request, FarPages.Answer answer) {
        assert isCurrentThread();
        LogConnection connection = current;
        return groups.areSeveral() && connection != null && far.read(connection.run(), group, shards, request, answer);
    }

    // ---- the loop

    private void run() {
        while (!closing) {
            try {
                recover();
                pass();
            } catch (InterruptedException e) {
                // A stray interrupt of a customizer or a DataSource; close() is the only way to end this thread.
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                unhandled = e;
            }
        }
        firstAttempt.end();
        far.close();
        disconnect();
        groups.removeAll();
        ended.complete(null);
    }

    /** Whatever has failed, step 0 finds out where each place is. If memory is lacking for this, too, it is called again. */
    private void recover() throws InterruptedException {
        if (unhandled != null) {
            TimeUnit.MILLISECONDS.sleep(RECOVERY_MILLIS);
            disconnect();
            connectAt = System.nanoTime() + backoff.next().toNanos();
            LOG.error("Reading from {} failed and continues", source, unhandled);
            unhandled = null;
        }
    }

    private void pass() throws InterruptedException {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            run(command);
        }
        long now = System.nanoTime();
        groups.tick(now);
        settle();
        LogConnection connection = current;
        if (connection == null && now - connectAt >= 0) {
            connect();
            settle();
        } else if (connection != null && upkeep.waitNanos(now) == 0) {
            keepUp(connection, now);
        } else if (connection != null && !requests.isEmpty()) {
            run(requests.next(), connection);
        } else {
            Runnable command = commands.poll(waitNanos(now, connection), TimeUnit.NANOSECONDS);
            if (command != null) {
                run(command);
            }
        }
    }

    private void run(Runnable event) {
        event.run();
        settle();
    }

    /** After each event: what it has answered, and what it hands out. */
    private void settle() {
        requests.runAnswers();
        groups.handOut();
    }

    private long waitNanos(long now, @Nullable LogConnection connection) {
        long wait = connection == null ? Math.max(0, connectAt - now) : upkeep.waitNanos(now);
        return groups.waitNanos(now, wait, LEAD_NANOS);
    }

    private void run(RequestQueue.Pending pending, LogConnection connection) {
        Runnable answer;
        try {
            answer = pending.request().run(connection);
            view.heard();
        } catch (SQLException e) {
            if (LogConnection.isOver(e)) {
                lost(e);
            } else {
                LOG.debug("A request for {} failed, and {} wait for it", pending.group(), pending.tickets().size(), e);
                pending.tickets().forEach(ticket -> pending.group().refused(ticket, ConnectionFailure.firstLine(e)));
            }
            settle();
            return;
        }
        run(answer);
    }

    private void keepUp(LogConnection connection, long now) {
        try {
            upkeep.run(connection, groups.places(), now);
        } catch (SQLException e) {
            lost(e);
        }
    }

    // ---- the connection

    private void connect() {
        try {
            LogConnection opened = LogConnection.open(source, options, schema, queries, id);
            if (backoff.failures() > 0) {
                LOG.info("Reading from {} again as backend {}", source, opened.backend());
            }
            Duration lost = view.connected();
            current = opened;
            firstAttempt.succeeded();
            groups.connected(lost);
        } catch (SQLException | RuntimeException e) {
            // To a caller that waits for the start, a log that can't be used is the same as settings that can't work.
            failedToConnect(e instanceof LogSchemaException ? new IllegalArgumentException(e.getMessage(), e) : e);
        }
    }

    private void failedToConnect(Exception failure) {
        if (backoff.failures() == 0) {
            LOG.warn("Can't read kept messages from {}: {}{}", source, ConnectionFailure.firstLine(failure),
                    FirstAttempt.isHopeless(failure) ? "" : "; trying again");
        }
        firstAttempt.failed(failure);
        groups.connectionFailed(failure);
        // A customizer or a DataSource may leave an interrupt flag behind.
        Thread.interrupted();
        connectAt = System.nanoTime() + backoff.next().toNanos();
    }

    private void lost(SQLException failure) {
        if (current != null) {
            if (!closing) {
                LOG.warn("Lost the connection to {} while reading: {}", source, ConnectionFailure.firstLine(failure));
            }
            disconnect();
            if (!LogConnection.isReadOnly(failure)) {
                // A read-only server accepts connections: with the backoff reset, this would reconnect at once, again and again.
                backoff.reset();
            }
            connectAt = System.nanoTime() + backoff.next().toNanos();
        }
    }

    private void disconnect() {
        LogConnection former = current;
        current = null;
        requests.clear();
        far.forget();
        if (former != null) {
            view.disconnected();
            former.close();
        }
        groups.disconnected();
        // What the groups ask for meanwhile has no connection either.
        requests.clear();
    }
}
