package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.FirstAttempt;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.status.PublisherStatus;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The publishing connection and its threads; see the package. Public methods may be called by any thread. */
public final class Publisher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private static final String ONE = "select pg_catalog.pg_notify(?::pg_catalog.text, ?::pg_catalog.text)";
    private static final String MANY_ON_ONE_CHANNEL = """
            select pg_catalog.count(pg_catalog.pg_notify(?::pg_catalog.text, p))
            from pg_catalog.unnest(?::pg_catalog.text[]) as t(p)""";
    private static final String EACH = "pg_catalog.count(pg_catalog.pg_notify(c, p))"
            + " from rows from (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[])) as t(c, p)";
    private static final String MANY = "select " + EACH;
    /** On a backend that is not ours alone, what {@link ServerConnection} sets for good is set for the transaction. */
    private static final String MANY_SHARED = "select pg_catalog.set_config('synchronous_commit', 'off', true), " + EACH;

    /** How long an unused connection is trusted: one that was cut meanwhile would leave the outcome of a batch unknown. */
    private static final long TRUSTED_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int OVERDUE_CHECK_MILLIS = 50;
    /** How long closing waits for an attempt to connect when nothing waits to be sent. */
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int STUCK_CHECK_MILLIS = 5;
    /** After what should not happen, lest it happens without a pause. */
    private static final long RECOVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Otherwise a role with a short one would lose the session while nothing is sent; the server's own name for never. */
    private static final Map<String, String> SESSION_SETTINGS = Map.of("idle_session_timeout", "0");
    /** read_only_sql_transaction. */
    private static final String REPLICA = "25006";
    /** How long the server may take for one answer when no sender waits for less. */
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);

    private final ConnectionSource source;
    private final PublisherOptions options;
    private final OwnMessages ownMessages;
    private final Completions completions;
    private final PublishQueue queue;
    private final Backoff backoff;
    private final BiFunction<String, Runnable, Thread> threads;
    /** Another takes its place when a callback holds it. */
    private volatile Thread sender;
    /** Each of the two makes the other anew should it ever be gone. */
    private volatile Thread timekeeper;
    private volatile boolean ended;
    private final FirstAttempt firstAttempt = new FirstAttempt();
    private final LongAdder connections = new LongAdder();
    private final LongAdder committed = new LongAdder();
    private final LongAdder commits = new LongAdder();
    private final LongAdder commitNanos = new LongAdder();
    private volatile long longestCommit;
    private volatile int backend;
    private volatile long changedAt = System.nanoTime();
    private volatile List<Outgoing> inFlight = List.of();
    /** Why there is no connection; null: there is one, or none was tried. */
    private volatile Exception cantConnect;
    private volatile boolean closing;
    private volatile boolean connecting;

    // These belong to the sender's thread; the timekeeper may abort the connection.
    private volatile ServerConnection connection;
    private long lastUse;
    private int lastBatch;

    /**
     * @param threads   makes a thread, not started, from its purpose and a task
     * @param callbacks runs the senders' callbacks; they may block, so it must not be bounded by fewer threads than block
     */
    public Publisher(ConnectionSource source, PublisherOptions options, OwnMessages ownMessages,
            BiFunction<String, Runnable, Thread> threads, Executor callbacks) {
        this.source = source;
        this.options = options;
        this.ownMessages = ownMessages;
        this.completions = new Completions(callbacks);
        this.queue = new PublishQueue(options.capacity());
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
        this.threads = threads;
        this.sender = threads.apply("publish", this::send);
        this.timekeeper = threads.apply("publish timekeeper", this::keepTime);
    }

    public void start() {
        try {
            timekeeper.start();
            sender.start();
        } catch (RuntimeException | Error e) {
            // No thread is to be had; neither goes without the other.
            closing = true;
            end();
            throw e;
        }
    }

    /**
     * Waits until the first attempt to connect has ended, well or not, or the time is up.
     *
     * @throws SQLException             when trying again can't help: a wrong password, no such database
     * @throws IllegalArgumentException when the settings can't work
     */
    public void awaitFirstAttempt(Duration longest) throws SQLException, InterruptedException {
        firstAttempt.await(longest);
    }

    /**
     * Queues a notification. Waits only while the queue is full.
     *
     * @param channel  1 to 63 bytes, checked by the caller
     * @param payload  at most 7999 bytes without NUL, checked by the caller
     * @param timeout  how long to wait for the commit before the callback gets a failure
     * @param callback told once, by a thread of the executor, whatever the outcome
     */
    public void publish(String channel, String payload, Duration timeout, PublishCallback callback) {
        Outgoing outgoing = new Outgoing(channel, payload, System.nanoTime() + timeout.toNanos(), callback);
        try {
            switch (queue.put(outgoing)) {
                case TAKEN -> { }
                case FULL -> refuse(outgoing, new SQLTimeoutException(
                        "Not sent: " + options.capacity() + " notifications wait already for " + source));
                case CLOSED -> refuse(outgoing, new SQLException("Not sent: the publisher is closed"));
            }
        } catch (InterruptedException e) {
            refuse(outgoing, e);
            Thread.currentThread().interrupt();
        }
    }

    private void refuse(Outgoing outgoing, Exception reason) {
        completions.complete(List.of(outgoing), reason);
    }

    public PublisherStatus status() {
        int current = backend;
        return new PublisherStatus(current != 0, current, Duration.ofNanos(System.nanoTime() - changedAt),
                Math.max(0, connections.sum() - 1), queue.size(), options.capacity(), committed.sum(), completions.failed(),
                commits.sum(), Duration.ofNanos(commitNanos.sum()), Duration.ofNanos(longestCommit));
    }

    /**
     * Sends what waits, as far as the server lets it within the senders' own timeouts, and ends the threads. One that is just
     * trying to connect, with nothing to send, ends with the attempt.
     */
    @Override
    public void close() {
        closing = true;
        queue.close();
        long patience = System.nanoTime() + CONNECT_NANOS;
        boolean interrupted = false;
        // The timekeeper ends after the sender.
        while ((!ended || timekeeper.isAlive()) && !(connecting && queue.size() == 0 && patience - System.nanoTime() < 0)) {
            try {
                timekeeper.join(OVERDUE_CHECK_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever the driver, a DataSource, a customizer or the VM throws: who waits is told, and the next ones are sent. */
    private void send() {
        boolean goesOn = true;
        while (goesOn) {
            try {
                goesOn = sendSome();
            } catch (InterruptedException e) {
                // Left behind by a customizer or a DataSource; what ends this thread is close().
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                recover(e);
            }
        }
    }

    /** False: another thread has taken over, or all is sent and the end has come. */
    private boolean sendSome() throws InterruptedException {
        if (isReplaced()) {
            return false;
        }
        if (!timekeeper.isAlive()) {
            timekeeper = threads.apply("publish timekeeper", this::keepTime);
            timekeeper.start();
        }
        tellUnanswered();
        if (!ensureConnected()) {
            end();
            return false;
        }
        awaitThoseJustTold();
        if (queue.awaitSome(TimeUnit.NANOSECONDS.toMillis(TRUSTED_NANOS))) {
            trust();
            List<Outgoing> batch = queue.takeBatch(options.maxBatch());
            boolean goesOn = !sendBatch(batch) || completions.completeHere(batch);
            if (goesOn) {
                inFlight = List.of();
            }
            return goesOn;
        } else if (closing) {
            end();
            return false;
        }
        return true;
    }

    private boolean isReplaced() {
        return Thread.currentThread() != sender;
    }

    /** What was in flight is told with the next round, in which there may be memory again. */
    private void recover(Throwable failure) {
        try {
            disconnect();
            LOG.error("Publishing to {} failed; it goes on", source, failure);
        } catch (Throwable e) {
            // The connection is given up all the same, and with it all that is known about it.
        }
        LockSupport.parkNanos(RECOVERY_NANOS);
    }

    /** There is something only after a round that did not come to its end. */
    private void tellUnanswered() {
        if (!inFlight.isEmpty()) {
            completions.complete(inFlight, new UnknownOutcomeException(
                    "Sending failed: the notification may have been sent or not", null, null));
            inFlight = List.of();
        }
    }

    /**
     * Senders that wait for each commit come back together. So as long as more come, and fewer wait than were told last, it
     * pays to let them run before the next batch is taken; when nobody comes, it costs one call.
     */
    private void awaitThoseJustTold() {
        int waiting = queue.size();
        for (int before = -1; waiting > before && waiting < lastBatch; waiting = queue.size()) {
            before = waiting;
            Thread.yield();
        }
        lastBatch = 0;
    }

    private void end() {
        firstAttempt.succeeded();
        queue.close();
        disconnect();
        completions.complete(inFlight, new UnknownOutcomeException(
                "The publisher ended before the commit was confirmed: the notification may have been sent or not", null, null));
        completions.complete(queue.takeAll(), new SQLException("Not sent: the publisher was closed"));
        ended = true;
    }

    /** False: closing, and nothing waits or no connection was to be had. */
    private boolean ensureConnected() throws InterruptedException {
        while (connection == null) {
            if (closing && queue.size() == 0) {
                return false;
            }
            try {
                ServerConnection opened = open();
                connection = opened;
                lastUse = System.nanoTime();
                changedAt = lastUse;
                backend = opened.backend();
                connections.increment();
                if (backoff.failures() > 0) {
                    LOG.info("Publishing to {} again as backend {}", source, opened.backend());
                }
                backoff.reset();
                cantConnect = null;
                firstAttempt.succeeded();
            } catch (SQLException | RuntimeException e) {
                if (!connectLater(e)) {
                    return false;
                }
            } catch (Error e) {
                // Of a class that the customizer or the DataSource lacks, say.
                if (!connectLater(new SQLException("Connecting failed with " + e, e))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** False: closing. */
    private boolean connectLater(Exception failure) throws InterruptedException {
        if (backoff.failures() == 0) {
            // Whoever waits for the start gets a refusal, and then it is not tried again.
            LOG.warn("Can't connect to {} to publish: {}{}", source, failure.getMessage(),
                    FirstAttempt.isHopeless(failure) ? "" : "; trying again");
        }
        cantConnect = failure;
        firstAttempt.failed(failure);
        if (closing) {
            return false;
        }
        // A customizer or a DataSource may have left it behind; the pause is not to be skipped for it.
        Thread.interrupted();
        queue.awaitClose(backoff.next().toMillis());
        return true;
    }

    private ServerConnection open() throws SQLException {
        connecting = true;
        ServerConnection opened;
        try {
            opened = ServerConnection.open(source, options.name(), IO_TIMEOUT, options.customizer());
        } finally {
            connecting = false;
        }
        if (opened.inRecovery()) {
            opened.close();
            throw new SQLException("The server " + source + " is a replica (pg_is_in_recovery): it can't NOTIFY. Name the primary,"
                    + " or several hosts with targetServerType=primary", REPLICA);
        }
        if (!opened.behindPooler()) {
            try {
                opened.set(SESSION_SETTINGS);
            } catch (SQLException | RuntimeException | Error e) {
                opened.close();
                throw e;
            }
            ownMessages.register(opened.server(), opened.backend());
        }
        return opened;
    }

    /** Asks a connection that was unused for a while whether it is still there, before a batch depends on it. */
    private void trust() throws InterruptedException {
        if (System.nanoTime() - lastUse > TRUSTED_NANOS) {
            boolean alive = false;
            try {
                alive = connection.jdbc().isValid(Math.toIntExact(IO_TIMEOUT.toSeconds()));
            } catch (SQLException e) {
                LOG.debug("A publishing connection can't be asked", e);
            }
            if (!alive) {
                disconnect();
                ensureConnected();
            }
        }
    }

    /** True: it is committed, and its senders are still to be told so. */
    private boolean sendBatch(List<Outgoing> batch) {
        if (batch.isEmpty() || connection == null) {
            completions.complete(batch, new SQLException("Not sent: the publisher was closed"));
            return false;
        }
        inFlight = batch;
        boolean sent = attempt(batch);
        lastUse = System.nanoTime();
        lastBatch = batch.size();
        return sent;
    }

    private boolean attempt(List<Outgoing> batch) {
        try {
            long begun = System.nanoTime();
            execute(batch);
            count(batch.size(), System.nanoTime() - begun);
            return true;
        } catch (RuntimeException | Error e) {
            // A defect of the driver, say, or no memory: nobody knows how far it came.
            disconnect();
            completions.complete(batch, new UnknownOutcomeException("Sending failed: the notification may have been sent or not", null, e));
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                LOG.warn("Lost the connection to {} while publishing: {}", source, e.getMessage());
                disconnect();
                completions.complete(batch, new UnknownOutcomeException(
                        "The connection broke before the commit was confirmed: the notification may have been sent or not",
                        e.getSQLState(), e));
            } else if (REPLICA.equals(e.getSQLState())) {
                // The server has become one; the primary is elsewhere.
                disconnect();
                completions.complete(batch, e);
            } else if (batch.size() > 1) {
                // One of them is to blame; the others must not suffer.
                batch.forEach(Outgoing::refused);
                batch.forEach(this::sendAlone);
            } else {
                completions.complete(batch, e);
            }
        }
        return false;
    }

    private void count(int size, long nanos) {
        committed.add(size);
        commits.increment();
        commitNanos.add(nanos);
        longestCommit = Math.max(longestCommit, nanos);
    }

    private void sendAlone(Outgoing outgoing) {
        if (connection == null) {
            completions.complete(List.of(outgoing), new SQLException("Not sent: the connection broke"));
        } else if (outgoing.send() && attempt(List.of(outgoing))) {
            completions.complete(List.of(outgoing), null);
        }
    }

    private void execute(List<Outgoing> batch) throws SQLException {
        if (connection.behindPooler()) {
            executeMarked(batch);
            return;
        }
        int size = batch.size();
        String channel = batch.get(0).channel;
        String[] channels = new String[size];
        String[] payloads = new String[size];
        boolean oneChannel = true;
        for (int i = 0; i < size; i++) {
            Outgoing each = batch.get(i);
            channels[i] = each.channel;
            payloads[i] = each.payload;
            oneChannel &= each.channel.equals(channel);
        }
        if (size == 1) {
            execute(ONE, channel, payloads[0]);
        } else if (oneChannel) {
            execute(MANY_ON_ONE_CHANNEL, channel, payloads);
        } else {
            execute(MANY, channels, payloads);
        }
    }

    /** With marks around, because others may use the same backend. */
    private void executeMarked(List<Outgoing> batch) throws SQLException {
        int size = batch.size();
        String[] channels = new String[size + 2];
        String[] payloads = new String[size + 2];
        channels[0] = ownMessages.channel();
        payloads[0] = ownMessages.beginMark();
        for (int i = 0; i < size; i++) {
            channels[i + 1] = batch.get(i).channel;
            payloads[i + 1] = batch.get(i).payload;
        }
        channels[size + 1] = ownMessages.channel();
        payloads[size + 1] = OwnMessages.endMark(payloads[0]);
        execute(MANY_SHARED, channels, payloads);
    }

    /** @param values texts, or arrays of texts */
    private void execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.jdbc().prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                if (values[i] instanceof String[] texts) {
                    statement.setArray(i + 1, connection.jdbc().createArrayOf("text", texts));
                } else {
                    statement.setString(i + 1, (String) values[i]);
                }
            }
            statement.executeQuery().close();
        }
    }

    private void disconnect() {
        ServerConnection former = connection;
        if (former != null) {
            connection = null;
            backend = 0;
            changedAt = System.nanoTime();
            ownMessages.retire(former.server(), former.backend());
            former.close();
        }
    }

    /** Tells senders whose time is up, also while the sender's thread waits for a server that says nothing. */
    private void keepTime() {
        boolean senderWanted = false;
        while (!ended && Thread.currentThread() == timekeeper) {
            try {
                senderWanted |= awaitTick();
                tellOverdue();
                if (senderWanted) {
                    replaceSender();
                    senderWanted = false;
                }
                abandon();
            } catch (InterruptedException e) {
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                // No memory or no thread, say. The next look comes, and with it another try.
                LockSupport.parkNanos(RECOVERY_NANOS);
                endWithoutSender();
            }
        }
    }

    /** Whoever closes must not wait for a thread that is not to be had. */
    private void endWithoutSender() {
        try {
            if (closing && !sender.isAlive()) {
                end();
            }
        } catch (Throwable e) {
            // With the next look.
        }
    }

    /** True: the sender's thread is stuck in a callback, or gone. */
    private boolean awaitTick() throws InterruptedException {
        Thread current = sender;
        if (current.getState() == Thread.State.NEW) {
            // Started in a moment, by whoever has started this one.
            Thread.sleep(1);
            return false;
        }
        current.join(completions.isBusy() ? STUCK_CHECK_MILLIS : OVERDUE_CHECK_MILLIS);
        return completions.watch() || !ended && !current.isAlive();
    }

    private void tellOverdue() {
        long now = System.nanoTime();
        List<Outgoing> overdue = queue.takeOverdue(now);
        if (!overdue.isEmpty()) {
            completions.complete(overdue, notSentInTime());
        }
        for (Outgoing outgoing : inFlight) {
            if (outgoing.deadline - now > 0) {
                continue;
            }
            if (outgoing.expire()) {
                completions.complete(List.of(outgoing), notSentInTime());
            } else if (outgoing.isSent()) {
                completions.complete(List.of(outgoing), new UnknownOutcomeException(
                        "The commit was not confirmed in time: the notification may have been sent or not", null, null));
            }
        }
    }

    private void replaceSender() {
        Thread another = threads.apply("publish", this::send);
        Thread former = sender;
        sender = another;
        try {
            another.start();
        } catch (Throwable e) {
            sender = former;
            throw e;
        }
    }

    private SQLTimeoutException notSentInTime() {
        Exception reason = cantConnect;
        return new SQLTimeoutException("Not sent: no connection to " + source + " in time"
                + (reason == null ? "" : ": " + reason.getMessage()), reason);
    }

    /** Nobody waits any more for the answer that holds up the end. */
    private void abandon() {
        ServerConnection current = connection;
        List<Outgoing> unanswered = inFlight;
        if (closing && current != null && !unanswered.isEmpty() && unanswered.stream().noneMatch(Outgoing::isSent)) {
            current.abort();
        }
    }
}
