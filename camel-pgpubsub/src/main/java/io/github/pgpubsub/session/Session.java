package io.github.pgpubsub.session;

import io.github.pgpubsub.connect.Backoff;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.FirstAttempt;
import io.github.pgpubsub.connect.ServerConnection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening connection and the thread that owns it; see the package for what it does and what holds. Public methods may be
 * called by any thread.
 */
public final class Session implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** How long one read waits, and so how long a command of another thread may wait for the session. */
    private static final int READ_MILLIS = 10;
    /** After this time without reading, signs of life go over a second connection. */
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long NOT_STALLED = -1;

    private final ConnectionSource source;
    private final SessionOptions options;
    private final Thread thread;
    private final Backoff backoff;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final FirstAttempt firstAttempt = new FirstAttempt();
    private volatile boolean closing;
    private volatile boolean ended;

    // What follows belongs to the session's thread.
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Deque<Notification> unread = new ArrayDeque<>();
    private Requests requests;
    private long nextCheck;
    private long stalledSince;
    private long nextTick;
    private long lostAt;

    public Session(ConnectionSource source, SessionOptions options, ThreadFactory threads) {
        this.source = source;
        this.options = options;
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
        this.thread = threads.newThread(this::run);
    }

    public void start() {
        thread.start();
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

    public void add(Subscriber subscriber) {
        execute(() -> {
            subscribers.add(subscriber);
            if (requests != null) {
                subscriber.connected(requests);
            }
        });
    }

    /** The subscriber has given up its channels and locks, if it could; it will not be called again. */
    public void remove(Subscriber subscriber) {
        execute(() -> subscribers.remove(subscriber));
    }

    /** Runs a command on the session's thread, soon; when that has ended, at once on this one. */
    public void execute(Runnable command) {
        commands.add(command);
        if (ended) {
            runCommands();
        }
        wake();
    }

    /** Tells the session to look again, when it waits for a subscriber to become ready. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /** Ends the session and waits for its thread. The server frees its LISTENs and locks. */
    @Override
    public void close() {
        closing = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        lostAt = System.nanoTime();
        nextTick = lostAt;
        while (!closing) {
            try (ServerConnection connection = connect()) {
                begin(connection);
                serve(connection);
            } catch (SQLException | RuntimeException e) {
                end(e);
                pause(backoff.next());
            }
        }
        if (requests != null) {
            requests = null;
            subscribers.forEach(Subscriber::disconnected);
        }
        firstAttempt.succeeded();
        ended = true;
        runCommands();
    }

    private ServerConnection connect() throws SQLException {
        ServerConnection connection =
                ServerConnection.open(source, options.name(), options.heartbeatTimeout(), options.customizer());
        if (connection.inRecovery()) {
            connection.close();
            throw new SQLException("The server " + source + " is a replica (pg_is_in_recovery): it can neither LISTEN nor lead."
                    + " Name the primary, or several hosts with targetServerType=primary", "25006");
        }
        return connection;
    }

    private void begin(ServerConnection connection) throws SQLException {
        prepare(connection);
        requests = new Requests(connection);
        subscribers.forEach(subscriber -> subscriber.connected(requests));
        requests.flush();
        LOG.info("Listening on {} as backend {}{}", source, connection.backend(), backoff.failures() == 0 ? ""
                : " again after " + Duration.ofNanos(System.nanoTime() - lostAt).toMillis() + " ms");
        backoff.reset();
        firstAttempt.succeeded();
    }

    /**
     * lock_timeout bounds a NOTIFY that waits for the commit lock, which statement_timeout does not; idle_session_timeout
     * (since PostgreSQL 14) would end a listener although notifications come in. The server's keepalives end the session of a
     * vanished host, and so free its locks, but not before that host itself must have noticed by its heartbeat.
     */
    private void prepare(ServerConnection connection) throws SQLException {
        long lockTimeout = Math.max(1, options.heartbeatTimeout().toMillis() / 2);
        try (Statement statement = connection.jdbc().createStatement()) {
            statement.execute("select set_config('lock_timeout', '" + lockTimeout + "', false);"
                    + " select set_config(name, '0', false) from pg_settings where name = 'idle_session_timeout';"
                    + " select set_config('tcp_keepalives_idle', '" + seconds(options.heartbeatInterval()) + "', false),"
                    + " set_config('tcp_keepalives_interval', '" + (seconds(options.heartbeatTimeout()) / 3 + 2) + "', false),"
                    + " set_config('tcp_keepalives_count', '3', false)");
        }
    }

    private static long seconds(Duration duration) {
        return Math.max(1, (duration.toMillis() + 999) / 1000);
    }

    private void end(Exception cause) {
        boolean wasConnected = requests != null;
        requests = null;
        unread.clear();
        if (wasConnected) {
            lostAt = System.nanoTime();
            subscribers.forEach(Subscriber::disconnected);
        }
        if (!closing) {
            boolean first = backoff.failures() == 0;
            if (first) {
                LOG.warn("{} {}: {}; trying again", wasConnected ? "Lost the connection to" : "Can't connect to", source,
                        cause.getMessage());
            }
            subscribers.forEach(subscriber -> subscriber.failed(cause));
        }
        firstAttempt.failed(cause);
    }

    private void serve(ServerConnection connection) throws SQLException {
        try (Auxiliary auxiliary = new Auxiliary(source, options)) {
            stalledSince = NOT_STALLED;
            nextCheck = System.nanoTime() + options.heartbeatInterval().toNanos();
            while (!closing) {
                runCommands();
                if (stalledSince == NOT_STALLED) {
                    tick();
                }
                requests.flush();
                if (dispatch()) {
                    stalledSince = NOT_STALLED;
                    read(connection);
                } else {
                    stall(connection, auxiliary);
                }
            }
        }
    }

    private void read(ServerConnection connection) throws SQLException {
        PGNotification[] notifications = connection.pg().getNotifications(READ_MILLIS);
        if (notifications != null) {
            for (PGNotification each : notifications) {
                unread.add(new Notification(each.getName(), each.getParameter(), each.getPID()));
            }
        } else if (System.nanoTime() - nextCheck >= 0) {
            requests.check();
            nextCheck = System.nanoTime() + options.heartbeatInterval().toNanos();
        }
    }

    /** A queue is full: nothing is read and nothing asked on this connection, so it takes no more of the backlog in. */
    private void stall(ServerConnection connection, Auxiliary auxiliary) throws SQLException {
        long now = System.nanoTime();
        if (stalledSince == NOT_STALLED) {
            stalledSince = now;
        }
        if (now - nextTick >= 0) {
            nextTick = now + options.tick().toNanos();
            int backend = now - stalledSince > STALL_NANOS ? auxiliary.backend() : 0;
            for (Subscriber subscriber : List.copyOf(subscribers)) {
                Subscriber.Sign sign = subscriber.signOfLife(backend);
                if (sign != null && !auxiliary.send(sign, connection.backend())) {
                    throw new SQLException("The session has lost a lock that it held");
                }
            }
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(READ_MILLIS));
    }

    /** Hands on what was read, in order. False: somebody can't take more. */
    private boolean dispatch() throws SQLException {
        while (!unread.isEmpty()) {
            Notification next = unread.peek();
            for (Subscriber subscriber : requests.of(next.channel())) {
                if (!subscriber.ready()) {
                    return false;
                }
            }
            unread.remove();
            for (Subscriber subscriber : List.copyOf(requests.of(next.channel()))) {
                subscriber.received(next);
            }
            requests.flush();
        }
        return true;
    }

    private void tick() {
        long now = System.nanoTime();
        if (now - nextTick >= 0) {
            nextTick = now + options.tick().toNanos();
            List.copyOf(subscribers).forEach(Subscriber::tick);
        }
    }

    private void pause(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (!closing && end - System.nanoTime() > 0) {
            runCommands();
            tick();
            LockSupport.parkNanos(Math.min(end - System.nanoTime(), options.tick().toNanos()));
        }
    }

    private synchronized void runCommands() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }
}
