package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.FirstAttempt;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.connection.TransactionPooler;
import io.github.pgpubsub.internal.connection.Watchdog;
import io.github.pgpubsub.status.SessionStatus;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
    /** The same while something is going on: commands rarely come alone. More than the 1 ms that means a peek. */
    private static final int BUSY_READ_MILLIS = 2;
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** The same when nothing has happened for a while. Waking up is what idling costs. */
    private static final int QUIET_READ_MILLIS = 40;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** After this time without reading, signs of life go over a second connection, and operators are told. */
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** A read that brought fewer notifications and fewer bytes has probably brought all there were. */
    private static final int FEW = 1000;
    private static final int FEW_BYTES = 64 * 1024;
    /** So many looks whether something waits to be taken in ahead, for each time that it may wait. */
    private static final int LOOKS_AHEAD = 4;
    /** Bytes that a session keeps at most of what came while it was slow to read: more would take a small heap away. */
    private static final long MOST_AHEAD = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);
    /** Bytes, by estimate, that are handed on at the end to those who have no room for them; the rest is told as missed. */
    private static final long MOST_AT_THE_END = Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 32);
    private static final int OVERHEAD_BYTES = 150;
    /** No shorter silence is taken for the reason of a loss, and half of it is how often a session asks at most. */
    private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(1);
    /** How long closing waits for an attempt to connect. */
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NOT_STALLED = -1;
    private static final int KEEPALIVES = 3;

    private final ConnectionSource source;
    private final SessionOptions options;
    private final OwnMessages ownMessages;
    private final Thread thread;
    private final Watchdog watchdog;
    private final Backoff backoff;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final FirstAttempt firstAttempt = new FirstAttempt();
    private final QueueUsage queueUsage = new QueueUsage();
    private final LongAdder connections = new LongAdder();
    private volatile boolean closing;
    /** Whether the session's thread touches no subscriber, because it has ended or waits for a connection. */
    private volatile boolean away;
    private volatile boolean ended;
    private volatile int backend;
    private volatile long changedAt = System.nanoTime();
    private volatile long heardAt = System.nanoTime();
    private volatile String waitsFor;

    // What follows belongs to the session's thread, or while that is away, to whoever holds the monitor.
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Deque<Notification> unread = new ArrayDeque<>();
    private Requests requests;
    /** Why there is no connection; null: there is one, or none was tried for yet. */
    private Exception lastFailure;
    /** Those that have received something and not yet handed it on; some may be in it twice. */
    private final List<Subscriber> collecting = new ArrayList<>();
    private Subscriber lastReceiver;
    /** The backend whose messages are own because a mark said so; 0: none. */
    private int marked;
    private long busyUntil = System.nanoTime();
    private long nextCheck;
    private long stalledSince = NOT_STALLED;
    /** Whether the last read left a backlog behind. */
    private boolean behind;
    private long readAt;
    /** All that came before this time has been handed on. */
    private long caughtUpAt;
    private long nextTick;
    /** How long what has arrived may wait to be read, before some of it is taken in ahead; null: for ever. */
    private Duration readAhead;
    private long nextReadAhead;
    /** How often the server is asked for a sign of life: more often once a connection was lost in a silence. */
    private Duration heartbeat;

    /** @param threads makes a thread, not started, from its purpose and a task */
    public Session(ConnectionSource source, SessionOptions options, BiFunction<String, Runnable, Thread> threads) {
        this.source = source;
        this.options = options;
        this.ownMessages = options.ownMessages();
        this.heartbeat = options.heartbeatInterval();
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
        this.thread = threads.apply("listen", this::run);
        this.watchdog = new Watchdog(options.heartbeatInterval().plus(options.heartbeatTimeout()),
                task -> threads.apply("watchdog", task));
    }

    public void start() {
        thread.start();
        watchdog.start();
    }

    /**
     * Waits until the first attempt to connect has ended, well or not, or the time is up.
     *
     * @throws SQLException             when it does not try again: a wrong password, no such database, its limit is reached
     * @throws IllegalArgumentException when the settings can't work
     */
    public void awaitFirstAttempt(Duration longest) throws SQLException, InterruptedException {
        firstAttempt.await(longest);
    }

    public void add(Subscriber subscriber) {
        execute(() -> {
            subscribers.add(subscriber);
            if (requests != null) {
                subscriber.connected(requests.of(subscriber));
            } else if (lastFailure != null) {
                subscriber.failed(lastFailure);
            }
        });
    }

    /** The subscriber has given up its channels and locks, if it could; it will not be called again. */
    public void remove(Subscriber subscriber) {
        execute(() -> subscribers.remove(subscriber));
    }

    /** Runs a command on the session's thread, soon; when that has ended or waits for a connection, at once on this one. */
    public void execute(Runnable command) {
        commands.add(command);
        if (away) {
            runCommandsOfAway();
        }
        wake();
    }

    /** Tells the session to look again, when it waits for a subscriber to become ready. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /** Whether it has been closed or has given up. */
    public boolean isEnded() {
        return ended;
    }

    public SessionStatus status() {
        long now = System.nanoTime();
        int current = backend;
        return new SessionStatus(current != 0, current, Duration.ofNanos(now - changedAt), Duration.ofNanos(now - heardAt),
                Math.max(0, connections.sum() - 1), queueUsage.share(), waitsFor);
    }

    /**
     * Ends the session and waits for its thread, but only a second for one that is just trying to connect: that one ends with the
     * attempt. The server frees its LISTENs and locks.
     */
    @Override
    public void close() {
        closing = true;
        wake();
        boolean interrupted = false;
        long patience = System.nanoTime() + CONNECT_NANOS;
        while (thread.isAlive() && Thread.currentThread() != thread && (!away || ended || patience - System.nanoTime() > 0)) {
            try {
                thread.join(READ_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        nextTick = System.nanoTime();
        while (!closing) {
            try (ServerConnection connection = connect()) {
                if (!closing) {
                    listen(connection);
                }
            } catch (Throwable e) {
                // Also an Error: of a class that a DataSource or a ConnectionCustomizer lacks, or for lack of memory. What the
                // driver had taken in is free again without the connection.
                Exception cause = e instanceof Exception failure ? failure : new SQLException(what(e), e);
                if (!goesOnAfter(cause)) {
                    break;
                }
            }
        }
        watchdog.close();
        if (requests != null) {
            disconnected();
        }
        firstAttempt.succeeded();
        ended = true;
        runCommands();
        away = true;
        runCommandsOfAway();
    }

    private static String what(Throwable error) {
        return error instanceof OutOfMemoryError ? "Not enough memory to listen" : error.toString();
    }

    /** False: it was the last attempt. Nobody would replace this thread, so it goes on although that can't be told. */
    private boolean goesOnAfter(Exception cause) {
        try {
            end(cause);
            if (!closing && isBeyondLimit()) {
                giveUp(cause);
                return false;
            }
            firstAttempt.failed(cause);
            pause(backoff.next());
        } catch (Throwable e) {
            complain("What a lost connection means could not be told to all", e);
            LockSupport.parkNanos(options.tick().toNanos());
        }
        return true;
    }

    private boolean isBeyondLimit() {
        return options.reconnectLimit() >= 0 && backoff.failures() >= options.reconnectLimit();
    }

    /** Whoever waits for the start gets a refusal, and then it is not tried again. */
    private boolean isLast(Exception cause) {
        return isBeyondLimit() || connections.sum() == 0 && FirstAttempt.isHopeless(cause);
    }

    /** Each is told, whatever the others throw. */
    private void tell(Consumer<Subscriber> news) {
        for (Subscriber each : List.copyOf(subscribers)) {
            try {
                news.accept(each);
            } catch (Throwable e) {
                complain(each.name() + " could not be told how the connection stands", e);
            }
        }
    }

    private static void complain(String what, Throwable failure) {
        try {
            LOG.error(what, failure);
        } catch (Throwable e) {
            // There is nobody left to tell.
        }
    }

    /** Connecting can take long, and a subscriber that leaves meanwhile must not wait for it. */
    private ServerConnection connect() throws SQLException {
        away = true;
        ServerConnection connection = null;
        try {
            runCommandsOfAway();
            connection = ServerConnection.open(source, options.name(), options.heartbeatTimeout(), options.customizer());
            if (connection.inRecovery()) {
                throw new SQLException("The server " + source + " is a replica (pg_is_in_recovery): it can neither LISTEN nor lead."
                        + " Name the primary, or several hosts with targetServerType=primary", "25006");
            }
            TransactionPooler.refuse(connection, source, options.heartbeatTimeout());
            return connection;
        } catch (SQLException | RuntimeException | Error e) {
            if (connection != null) {
                connection.close();
            }
            throw e;
        } finally {
            // Left behind by a DataSource, say: nothing here would pause any more.
            Thread.interrupted();
            synchronized (this) {
                away = false;
            }
        }
    }

    private void listen(ServerConnection connection) throws SQLException {
        try {
            begin(connection);
            serve(connection);
        } catch (SQLException | RuntimeException e) {
            if (requests != null) {
                handOnTheLast(connection, e);
            }
            connection.tellIfClosedByPool(e);
            throw e;
        }
    }

    private void begin(ServerConnection connection) throws SQLException {
        prepare(connection);
        watchdog.watch(connection);
        requests = new Requests(connection, ownMessages.channel());
        lastFailure = null;
        marked = 0;
        List.copyOf(subscribers).forEach(subscriber -> subscriber.connected(requests.of(subscriber)));
        requests.flush();
        LOG.info("Listening on {} as backend {}{}", source, connection.backend(), backoff.failures() == 0 ? ""
                : " again after " + Duration.ofNanos(System.nanoTime() - changedAt).toMillis() + " ms");
        backoff.reset();
        connections.increment();
        changedAt = System.nanoTime();
        heardAt = changedAt;
        backend = connection.backend();
        firstAttempt.succeeded();
    }

    /**
     * lock_timeout bounds a NOTIFY that waits for the commit lock, which statement_timeout does not; idle_session_timeout
     * (since PostgreSQL 14) would end a listener although notifications come in. The server's keepalives end the session of a
     * vanished host, and so free its locks, but not before that host itself must have noticed by its heartbeat. They don't run
     * while something that was sent is not acknowledged: then tcp_user_timeout says how long. That counts a reader that takes
     * nothing in as well, so it is set only where {@link #readAhead} can see to it that something is.
     */
    private void prepare(ServerConnection connection) throws SQLException {
        long lockTimeout = Math.max(1, options.heartbeatTimeout().toMillis() / 2);
        long idle = seconds(options.heartbeatInterval());
        long interval = seconds(options.heartbeatTimeout()) / KEEPALIVES + 2;
        Map<String, String> parameters = new HashMap<>(Map.of(
                "lock_timeout", String.valueOf(lockTimeout),
                "idle_session_timeout", "0",
                "tcp_keepalives_idle", String.valueOf(idle),
                "tcp_keepalives_interval", String.valueOf(interval),
                "tcp_keepalives_count", String.valueOf(KEEPALIVES)));
        readAhead = null;
        if (connection.canReadAhead()) {
            Duration vanished = Duration.ofSeconds(idle + interval * KEEPALIVES);
            parameters.put("tcp_user_timeout", String.valueOf(vanished.toMillis()));
            readAhead = vanished.dividedBy(2);
        }
        connection.set(parameters);
    }

    /**
     * What has been received is received, although the connection has come to its end: it is handed on before anybody hears of
     * that. Nobody is waited for, so there is a limit to what those get who have no room.
     */
    private void handOnTheLast(ServerConnection connection, Exception cause) {
        boolean all = false;
        try {
            take(connection.pending());
            all = handOnAll();
            while (all && isWhole(cause) && readMore(connection)) {
                all = handOnAll();
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Some of what was received could not be handed on", e);
        }
        if (!all) {
            List.copyOf(subscribers).forEach(subscriber -> subscriber.missed(caughtUpAt));
        } else if (isSilence(cause) || System.nanoTime() - readAt > options.heartbeatInterval().toNanos()) {
            long since = heardAt;
            List.copyOf(subscribers).forEach(subscriber -> subscriber.missed(since));
        }
    }

    /** Whether the connection can still be read from: it was not that which failed. */
    private static boolean isWhole(Exception cause) {
        return cause instanceof SQLException e && (e.getSQLState() == null && e.getCause() == null || !ConnectionFailure.isLoss(e));
    }

    /** Whether nobody knows when the connection ended: an answer did not come. */
    private static boolean isSilence(Throwable cause) {
        return cause != null && (cause instanceof SocketTimeoutException || isSilence(cause.getCause()));
    }

    private boolean readMore(ServerConnection connection) throws SQLException {
        PGNotification[] more = connection.pg().getNotifications(BUSY_READ_MILLIS);
        take(more == null ? connection.pending() : more);
        return !unread.isEmpty();
    }

    /** False: it was too much for those that have no room. */
    private boolean handOnAll() {
        long withoutRoom = 0;
        try {
            while (!unread.isEmpty() && withoutRoom < MOST_AT_THE_END) {
                Notification next = unread.remove();
                for (Subscriber each : requests.receivers().of(next.channel())) {
                    withoutRoom += each.ready() ? 0 : next.bytes() + OVERHEAD_BYTES;
                    hand(next, each);
                }
            }
            return unread.isEmpty();
        } finally {
            handOn();
        }
    }

    private static long seconds(Duration duration) {
        return Math.max(1, (duration.toMillis() + 999) / 1000);
    }

    private void end(Exception cause) {
        boolean wasConnected = requests != null;
        if (wasConnected) {
            Duration silence = Duration.ofNanos(System.nanoTime() - heardAt);
            disconnected();
            askMoreOftenIfSilenceEndedIt(silence, cause);
        }
        if (!closing) {
            if (backoff.failures() == 0) {
                LOG.warn("{} {}: {}{}", wasConnected ? "Lost the connection to" : "Can't connect to", source,
                        UnreadablePayload.explained(cause), isLast(cause) ? "" : "; trying again");
            }
            lastFailure = cause;
            tell(subscriber -> subscriber.failed(cause));
        }
    }

    /** Firewalls and proxies end connections on which nothing happens, or forget them. A server that ends one says so. */
    private void askMoreOftenIfSilenceEndedIt(Duration silence, Exception cause) {
        boolean toldByServer = cause instanceof SQLException e && e.getSQLState() != null && e.getSQLState().startsWith("57P");
        boolean ownFault = cause.getCause() instanceof Error;
        Duration longest = silence.compareTo(heartbeat) < 0 ? silence : heartbeat;
        Duration half = Duration.ofMillis(longest.toMillis() / 2);
        if (closing || toldByServer || ownFault || stalledSince != NOT_STALLED || longest.compareTo(SHORTEST_SILENCE) < 0) {
            return;
        }
        heartbeat = half;
        LOG.warn("The connection to {} was lost after {} ms in which nothing came: something on the way may end connections that are"
                + " idle. From now on the server is asked for a sign of life every {} ms (heartbeatInterval={})", source,
                silence.toMillis(), half.toMillis(), options.heartbeatInterval().toMillis());
    }

    private void disconnected() {
        watchdog.watch(null);
        requests = null;
        unread.clear();
        if (backend != 0) {
            backend = 0;
            changedAt = System.nanoTime();
        }
        waitsFor = null;
        tell(Subscriber::disconnected);
    }

    private void giveUp(Exception cause) {
        SQLException end = new SQLException("No connection to " + source + ": gave up after " + options.reconnectLimit()
                + " attempts to reconnect (reconnectLimit): " + cause.getMessage(), cause);
        LOG.error(end.getMessage());
        firstAttempt.gaveUp(end);
        tell(subscriber -> subscriber.gaveUp(end));
    }

    private void serve(ServerConnection connection) throws SQLException {
        try (Auxiliary auxiliary = new Auxiliary(source, options)) {
            stalledSince = NOT_STALLED;
            behind = false;
            nextCheck = System.nanoTime() + heartbeat.toNanos();
            nextReadAhead = System.nanoTime();
            readAt = nextReadAhead;
            caughtUpAt = nextReadAhead;
            while (!closing) {
                watchdog.alive();
                readAhead(connection);
                runCommands();
                if (stalledSince == NOT_STALLED) {
                    tick();
                }
                if (flush()) {
                    busyUntil = System.nanoTime() + BUSY_NANOS;
                }
                boolean handedOn = dispatch();
                if (handedOn) {
                    caughtUpAt = behind ? caughtUpAt : readAt;
                    read(connection);
                }
                if (handedOn && !behind) {
                    endStall();
                } else {
                    stall(connection, auxiliary, handedOn);
                }
            }
        }
    }

    /**
     * A reader that is slow, or stands still because a queue is full, must not be taken for one that has vanished. What it takes
     * in to show that is little, and yet memory: a route that is slow for too long loses the connection, and is told the gap.
     */
    private void readAhead(ServerConnection connection) throws SQLException {
        long now = System.nanoTime();
        if (readAhead == null || now - nextReadAhead < 0) {
            return;
        }
        nextReadAhead = now + readAhead.toNanos() / LOOKS_AHEAD;
        long ahead = connection.readAhead(readAhead);
        if (ahead > MOST_AHEAD) {
            throw new SQLException((unread.isEmpty() ? "A route" : nextReceivers()) + " is too slow: for so long that "
                    + (ahead >> 20) + " MiB have come which nobody could take, and no more can be kept");
        }
    }

    private int readMillis(long now) {
        boolean quiet = now - busyUntil > QUIET_NANOS && now - heardAt > QUIET_NANOS;
        return now - busyUntil < 0 ? BUSY_READ_MILLIS : quiet ? QUIET_READ_MILLIS : READ_MILLIS;
    }

    private void read(ServerConnection connection) throws SQLException {
        long before = System.nanoTime();
        readAt = before;
        PGNotification[] notifications = connection.pg().getNotifications(readMillis(before));
        int count = notifications == null ? 0 : notifications.length;
        if (count > 0) {
            heardAt = System.nanoTime();
            take(notifications);
        }
        behind = count >= FEW || unread.stream().mapToLong(Notification::bytes).sum() >= FEW_BYTES;
        if (!behind) {
            requests.proven(before);
            if (System.nanoTime() - nextCheck >= 0) {
                check();
            }
        }
    }

    /**
     * Sends what subscribers ask for, but not while a backlog is read, for a heartbeat's interval at most: the driver would take in
     * all of it before the answer. What is asked although a queue is full for long can't wait.
     *
     * @return whether anything was sent
     */
    private boolean flush() throws SQLException {
        boolean mayAsk = !behind || stalledSince == NOT_STALLED || waitsFor != null
                || System.nanoTime() - stalledSince > options.heartbeatInterval().toNanos();
        return mayAsk && requests.flush();
    }

    private void take(PGNotification[] notifications) {
        String server = requests.server();
        int asked = 0;
        boolean own = false;
        for (PGNotification each : notifications) {
            int sender = each.getPID();
            if (each.getName().equals(ownMessages.channel())) {
                marked = OwnMessages.isBegin(each.getParameter()) ? sender : 0;
                continue;
            }
            if (sender != asked) {
                asked = sender;
                own = ownMessages.contains(server, sender);
            }
            unread.add(new Notification(each.getName(), each.getParameter(), sender, own || sender == marked));
        }
    }

    private void check() throws SQLException {
        try {
            queueUsage.is(requests.check(), null);
        } catch (SQLException e) {
            if (!Refusals.isRefusal(e)) {
                throw e;
            }
            LOG.warn("{} could not be asked how it stands: {}", source, e.getMessage());
        }
        heardAt = System.nanoTime();
        nextCheck = heardAt + heartbeat.toNanos();
    }

    /**
     * Nothing is asked on this connection, so that the driver takes in no more of the backlog than is read: a queue is full, or
     * there is much to read.
     */
    private void stall(ServerConnection connection, Auxiliary auxiliary, boolean reads) throws SQLException {
        long now = System.nanoTime();
        if (stalledSince == NOT_STALLED) {
            stalledSince = now;
        }
        boolean isLong = now - stalledSince > STALL_NANOS;
        prove(connection, auxiliary);
        if (isLong && waitsFor == null && !reads) {
            waitsFor = nextReceivers();
            LOG.warn("{}: its queue is full, so nothing is read from {} and every channel on this session waits. If it lasts, the"
                    + " server keeps its notifications, and VACUUM removes no row of this database that was deleted since. A consumer with"
                    + " dedicatedSession=true keeps the others out of it", waitsFor, source);
        }
        if (now - nextTick >= 0) {
            nextTick = now + options.tick().toNanos();
            int other = isLong ? auxiliary.backend() : 0;
            for (Subscriber subscriber : List.copyOf(subscribers)) {
                Subscriber.Sign sign = subscriber.signOfLife(other);
                if (sign != null && !auxiliary.send(sign, connection.backend())) {
                    throw lostLock();
                }
            }
        }
        if (isLong && now - nextCheck >= 0) {
            double usage = auxiliary.queueUsage();
            if (usage >= 0) {
                queueUsage.is(usage, waitsFor);
            }
            nextCheck = now + options.heartbeatInterval().toNanos();
        }
        if (!reads) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(READ_MILLIS));
        }
    }

    /**
     * What waits to be begun begins only with proof that this session still leads. Where no second connection can be had the
     * listening one is asked, though the driver then takes in the whole backlog: otherwise nothing would ever go on.
     */
    private void prove(ServerConnection connection, Auxiliary auxiliary) throws SQLException {
        Map<Subscriber, Long> wanted = new HashMap<>();
        for (Subscriber subscriber : subscribers) {
            subscriber.wantsProof().ifPresent(lock -> wanted.put(subscriber, lock));
        }
        if (wanted.isEmpty()) {
            return;
        }
        long asked = System.nanoTime();
        Set<Long> held = auxiliary.held(Set.copyOf(wanted.values()), connection.backend());
        if (held == null) {
            asked = System.nanoTime();
            check();
        } else if (!held.containsAll(wanted.values())) {
            throw lostLock();
        }
        requests.proven(asked);
        for (Subscriber subscriber : wanted.keySet()) {
            subscriber.proven(asked);
        }
    }

    private static SQLException lostLock() {
        return new SQLException("The session has lost a lock that it held");
    }

    private void endStall() {
        if (waitsFor != null) {
            LOG.info("{}: has room again; nothing was read for {} ms", waitsFor,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stalledSince));
            waitsFor = null;
        }
        stalledSince = NOT_STALLED;
    }

    /** Those for whom the next notification is. */
    private String nextReceivers() {
        return unread.isEmpty() ? "nobody" : Arrays.stream(requests.receivers().of(unread.peek().channel())).map(Subscriber::name)
                .collect(Collectors.joining(", "));
    }

    /** Hands on what was read, in order. False: somebody can't take more. */
    private boolean dispatch() throws SQLException {
        try {
            while (!unread.isEmpty()) {
                Notification next = unread.peek();
                Subscriber[] receivers = requests.receivers().of(next.channel());
                if (!areReady(receivers)) {
                    return false;
                }
                unread.remove();
                for (Subscriber each : receivers) {
                    hand(next, each);
                }
                flush();
            }
            return true;
        } finally {
            handOn();
        }
    }

    private void hand(Notification notification, Subscriber receiver) {
        receiver.received(notification);
        if (receiver != lastReceiver) {
            lastReceiver = receiver;
            collecting.add(receiver);
        }
    }

    private void handOn() {
        collecting.forEach(Subscriber::handOn);
        collecting.clear();
        lastReceiver = null;
    }

    private static boolean areReady(Subscriber[] receivers) {
        for (Subscriber each : receivers) {
            if (!each.ready()) {
                return false;
            }
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

    private synchronized void runCommandsOfAway() {
        if (away) {
            runCommands();
        }
    }
}
