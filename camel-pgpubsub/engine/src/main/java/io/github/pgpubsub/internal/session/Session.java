package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.connection.FirstAttempt;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.connection.TransactionPooler;
import io.github.pgpubsub.internal.connection.Watchdog;
import io.github.pgpubsub.status.SessionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening connection and the thread that owns it: connects, continues after failures, ends. The package text states the
 * invariants. Any thread may call the public methods.
 */
public final class Session implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** How long {@link #close} waits for an attempt to connect. */
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int JOIN_MILLIS = 10;

    private final ConnectionSource source;
    private final SessionOptions options;
    private final Thread thread;
    private final Watchdog watchdog;
    private final Backoff backoff;
    private final FirstAttempt firstAttempt = new FirstAttempt();
    private final CommandQueue commands = new CommandQueue();
    private final SessionView view = new SessionView();
    private final Pulse pulse = new Pulse();
    private final SessionParts parts;
    private volatile boolean closing;
    private volatile boolean ended;

    // The fields below belong to the session's thread, or while that thread is away to the thread that runs a command.
    private final Subscribers subscribers;
    /** Null: not connected. */
    private @Nullable ConnectedSession connected;
    /** The reason why there is no connection; null: there is one, or the first attempt has not ended. */
    private @Nullable Exception lastFailure;
    /** Why the session has given up; null: it has not. */
    private @Nullable Exception end;

    /** @param threads creates an unstarted thread from its purpose and a task */
    public Session(ConnectionSource source, SessionOptions options, BiFunction<String, Runnable, Thread> threads) {
        SessionFailure.load();
        this.source = source;
        this.options = options;
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
        this.subscribers = new Subscribers(commands, options.tick());
        QueueUsage queueUsage = new QueueUsage(view);
        this.thread = threads.apply("listen", this::run);
        this.watchdog = new Watchdog(options.heartbeatInterval().plus(options.heartbeatTimeout()),
                task -> threads.apply("watchdog", task));
        this.parts = new SessionParts(commands, subscribers, new Reading(),
                new Heartbeat(source, options.heartbeatInterval(), view, queueUsage), queueUsage, view, pulse, watchdog,
                task -> threads.apply("listen auxiliary", task));
    }

    // ---- by any thread

    /** @throws OutOfMemoryError when no more threads can be created; then the session is closed */
    public void start() {
        try {
            thread.start();
            watchdog.start();
        } catch (RuntimeException | Error e) {
            closing = true;
            wake();
            throw e;
        }
    }

    /** See {@link FirstAttempt#await}. */
    public void awaitFirstAttempt(Duration longest) throws SQLException, InterruptedException {
        firstAttempt.await(longest);
    }

    public void add(Subscriber subscriber) {
        execute(() -> {
            subscribers.add(subscriber);
            if (connected != null) {
                subscriber.connected(connected.streamOf(subscriber));
            } else if (lastFailure != null) {
                subscriber.failed(lastFailure);
            }
            if (end != null) {
                subscriber.gaveUp(end);
            }
        });
    }

    /** Removes a subscriber, which is not called again. It should have given up its channels and locks. */
    public void remove(Subscriber subscriber) {
        execute(() -> subscribers.remove(subscriber));
    }

    /** Runs a command soon on the session's thread, or at once on this thread if the session is connecting or has ended. */
    public void execute(Runnable command) {
        commands.execute(command);
        wake();
    }

    /** Makes the session check at once whether a subscriber that was not ready is ready now. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /** Whether it has been closed or has given up. */
    public boolean isEnded() {
        return ended;
    }

    public SessionStatus status() {
        return view.status();
    }

    /** See {@link Reading#receivedUpTo}. */
    public long receivedUpTo() {
        return parts.reading().receivedUpTo(view.publishedHeardAt());
    }

    /** Beats whenever the session has proof that it is whole. */
    public Pulse pulse() {
        return pulse;
    }

    /**
     * Ends the session and waits for its thread. If the thread is connecting, waits one second at most: the thread then ends with
     * the attempt. The server releases the session's LISTENs and locks.
     */
    @Override
    public void close() {
        closing = true;
        wake();
        boolean interrupted = false;
        long patience = System.nanoTime() + CONNECT_NANOS;
        while (thread.isAlive() && Thread.currentThread() != thread
                && (!commands.isAway() || ended || patience - System.nanoTime() > 0)) {
            try {
                thread.join(JOIN_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the session's thread, from its start to its end

    private void run() {
        commands.begin();
        while (!closing) {
            try (ServerConnection connection = connect()) {
                if (!closing) {
                    serve(connection);
                }
            } catch (Throwable e) {
                // Errors, too: a missing class of a DataSource, or no memory. Closing the connection has freed that of the driver.
                if (!recover(e)) {
                    break;
                }
            }
        }
        watchdog.close();
        while (!finish()) {
            LockSupport.parkNanos(options.tick().toNanos());
        }
    }

    /** False if memory was lacking: call again. */
    private boolean finish() {
        try {
            disconnected();
            firstAttempt.end();
            ended = true;
            commands.leave();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** Leaves the command queue meanwhile: connecting can take long, and a subscriber that leaves must not wait for it. */
    private ServerConnection connect() throws SQLException {
        ServerConnection connection = null;
        try {
            commands.leave();
            connection = ServerConnection.open(source, options.name(), options.heartbeatTimeout(), options.customizer());
            if (connection.inRecovery()) {
                throw new SQLException("The server " + source + " is a replica (pg_is_in_recovery): it can neither LISTEN nor"
                        + " lead. Name the primary, or several hosts with targetServerType=primary", "25006");
            }
            TransactionPooler.refuse(connection, source, options.heartbeatTimeout());
            return connection;
        } catch (Throwable e) {
            if (connection != null) {
                connection.close();
            }
            throw e;
        } finally {
            // Clears an interrupt flag that a DataSource may leave behind: with it, this thread would no longer pause.
            Thread.interrupted();
            commands.comeBack();
        }
    }

    private void serve(ServerConnection connection) throws SQLException {
        try {
            begin(connection);
            loop();
        } catch (SQLException | RuntimeException e) {
            if (connected != null) {
                connected.handOnTheLast(e);
            }
            connection.tellIfClosedByPool(e);
            throw e;
        } catch (Error e) {
            if (connected != null) {
                connected.giveUpTheLast();
            }
            throw e;
        } finally {
            if (connected != null) {
                connected.releaseMemory();
            }
        }
    }

    private void begin(ServerConnection connection) throws SQLException {
        ReadAhead readAhead = ServerSettings.apply(connection, options);
        watchdog.watch(connection);
        connected = new ConnectedSession(connection, readAhead, source, options, parts);
        lastFailure = null;
        connected.greet();
        LOG.info("Listening on {} as backend {}{}", source, connection.backend(), backoff.failures() == 0 ? ""
                : " again after " + Duration.ofNanos(System.nanoTime() - view.changedAt()).toMillis() + " ms");
        backoff.reset();
        view.connected(connection.backend(), System.nanoTime());
        firstAttempt.succeeded();
    }

    private void loop() throws SQLException {
        ConnectedSession session = connected;
        assert session != null;
        try (session) {
            session.begin();
            while (!closing) {
                watchdog.alive();
                session.pass();
            }
        }
    }

    // ---- after a connection, or an attempt to connect, has failed

    /** False after the last attempt. Nothing would replace this thread, so it continues even if reporting the failure fails. */
    private boolean recover(Throwable failure) {
        try {
            ConnectedSession former = connected;
            boolean wasConnected = former != null;
            // A connection that failed before its first answers says nothing about the length of the silence.
            boolean wasFlowing = former != null && view.isConnected() && former.isFlowing();
            long silence = System.nanoTime() - view.heardAt();
            disconnected();
            Exception cause = SessionFailure.cause(failure);
            if (wasFlowing && !closing && !SessionFailure.isExplained(cause)) {
                parts.heartbeat().lostInSilence(Duration.ofNanos(silence));
            }
            reportFailure(cause, wasConnected);
            if (!closing && isBeyondLimit()) {
                giveUp(cause);
                return false;
            }
            firstAttempt.failed(cause);
            pause(backoff.next());
        } catch (Throwable e) {
            Survival.complain("A lost connection could not be reported to all subscribers", e, LOG);
            LockSupport.parkNanos(options.tick().toNanos());
        }
        return true;
    }

    private boolean isBeyondLimit() {
        return options.reconnectLimit() >= 0 && backoff.failures() >= options.reconnectLimit();
    }

    /** A hopeless first attempt is the last one: the exception goes to the thread that waits for the start. */
    private boolean isLast(Exception cause) {
        return isBeyondLimit() || (!view.hasEverConnected() && FirstAttempt.isHopeless(cause));
    }

    private void reportFailure(Exception cause, boolean wasConnected) {
        if (!closing) {
            if (backoff.failures() == 0) {
                LOG.warn("{} {}: {}{}", wasConnected ? "Lost the connection to" : "Can't connect to", source,
                        UnreadablePayload.explained(cause), isLast(cause) ? "" : "; trying again");
            }
            lastFailure = cause;
            subscribers.tell(subscriber -> subscriber.failed(cause));
        }
    }

    /** Does nothing if not connected. If memory was lacking for a part, call again. */
    private void disconnected() {
        boolean wasConnected = connected != null;
        connected = null;
        try {
            watchdog.watch(null);
            view.disconnected();
        } finally {
            if (wasConnected) {
                subscribers.tellDisconnected();
            }
        }
    }

    private void giveUp(Exception cause) {
        SQLException gaveUp = new SQLException("No connection to " + source + ": gave up after " + options.reconnectLimit()
                + " attempts to reconnect (reconnectLimit): " + ConnectionFailure.message(cause), cause);
        LOG.error(gaveUp.getMessage());
        end = gaveUp;
        firstAttempt.gaveUp(gaveUp);
        subscribers.tell(subscriber -> subscriber.gaveUp(gaveUp));
    }

    private void pause(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (!closing && end - System.nanoTime() > 0) {
            commands.run();
            subscribers.tick();
            LockSupport.parkNanos(Math.min(end - System.nanoTime(), options.tick().toNanos()));
        }
    }
}
