package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session on one connection, from its beginning to its end. {@link #pass} is one pass of its loop. Belongs to the session's thread.
 */
final class ConnectedSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectedSession.class);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(Reading.READ_MILLIS);

    private final ServerConnection connection;
    private final ConnectionSource source;
    private final CommandQueue commands;
    private final Subscribers subscribers;
    private final Reading reading;
    private final Heartbeat heartbeat;
    private final SessionView view;
    private final Requests requests;
    private final Inbox inbox;
    private final ReadAhead readAhead;
    private final Stall stall;
    private final Lifeline lifeline;
    private final LastNotifications last;
    private @Nullable String waitsFor;

    ConnectedSession(ServerConnection connection, ReadAhead readAhead, ConnectionSource source, SessionOptions options,
            SessionParts parts) {
        this.connection = connection;
        this.readAhead = readAhead;
        this.source = source;
        this.commands = parts.commands();
        this.subscribers = parts.subscribers();
        this.reading = parts.reading();
        this.heartbeat = parts.heartbeat();
        this.view = parts.view();
        this.requests = new Requests(connection, options.ownMessages().channel(), parts.pulse(), parts.watchdog()::alive);
        this.inbox = new Inbox(options.ownMessages(), connection.server(), requests.receivers());
        this.stall = new Stall(options.heartbeatInterval());
        this.lifeline = new Lifeline(connection, requests, source, options, parts);
        this.last = new LastNotifications(connection, inbox, parts, options.heartbeatInterval());
    }

    /** The stream through which a subscriber sends its requests. */
    SessionStream streamOf(Subscriber subscriber) {
        return requests.of(subscriber);
    }

    /** Tells all subscribers that a stream begins, and sends their requests. */
    void greet() throws SQLException {
        subscribers.forEach(subscriber -> subscriber.connected(streamOf(subscriber)));
        requests.flush();
    }

    /** Called before the first pass. */
    void begin() {
        long now = System.nanoTime();
        heartbeat.begin(now);
        reading.begin(now);
    }

    /**
     * One pass: runs the commands of other threads, sends the subscribers' requests, hands on what was read before, and reads.
     *
     * @throws SQLException when the connection has ended
     */
    void pass() throws SQLException {
        assert commands.isMine() && !commands.isAway();
        readAhead.readIfDue(inbox);
        commands.run();
        if (stall.isFlowing()) {
            subscribers.tick();
        }
        if (flush()) {
            reading.busy(System.nanoTime());
        }
        boolean handedOn = dispatch();
        if (handedOn) {
            reading.handedOn();
            read();
        }
        keepUp(handedOn);
    }

    /**
     * Sends the subscribers' requests. While a backlog is being read they wait, for one heartbeat interval at most: the driver would
     * read the whole backlog before the answer.
     *
     * @return whether anything was sent
     */
    private boolean flush() throws SQLException {
        return (!reading.isBehind() || stall.mayAskBehind(System.nanoTime())) && requests.flush();
    }

    /**
     * Hands on what was read, and then sends the requests that follow from it: one after the other, those of a thousand groups
     * would take thousands of round trips.
     *
     * @return false if a subscriber can't take more
     */
    private boolean dispatch() throws SQLException {
        if (inbox.isEmpty()) {
            return true;
        }
        boolean all = inbox.give();
        flush();
        return all;
    }

    /** While a backlog waits, reads until each of many receivers gets several notifications at once; see {@link Inbox}. */
    private void read() throws SQLException {
        long before = System.nanoTime();
        bring(before, reading.waitMillis(before, view.heardAt()));
        while (reading.isBehind() && inbox.wantsMore()) {
            before = System.nanoTime();
            // Not a peek, which finds nothing once the socket has returned much in a row; see EagerSocket.
            bring(before, Reading.BUSY_READ_MILLIS);
        }
        if (!reading.isBehind()) {
            requests.proven(before);
            if (heartbeat.isDue(System.nanoTime())) {
                heartbeat.beat(requests);
            }
        }
    }

    private void bring(long now, int waitMillis) throws SQLException {
        reading.beginRead(now);
        PGNotification[] notifications = connection.pg().getNotifications(waitMillis);
        int count = notifications == null ? 0 : notifications.length;
        long bytes = 0;
        if (count > 0) {
            view.heard(System.nanoTime());
            bytes = inbox.take(notifications);
        }
        reading.brought(count, bytes);
    }

    private void keepUp(boolean reads) throws SQLException {
        long now = System.nanoTime();
        Stall.State before = stall.state();
        Stall.State after = stall.passed(reads, reading.isBehind(), now);
        if (after != Stall.State.FLOWING) {
            bridge(after, reads, now);
        } else if (before == Stall.State.WAITING) {
            LOG.info("{}: has room again; the session was behind for {} ms", waitsFor, stall.millis(now));
            waitsFor(null);
        }
    }

    /**
     * Bridges the time until the session has caught up. Sends nothing on the listening connection: the driver would read more of the
     * backlog than there is room for.
     */
    private void bridge(Stall.State state, boolean reads, long now) throws SQLException {
        boolean isLong = stall.isLong(now);
        lifeline.prove();
        if (state == Stall.State.WAITING && !reads && !inbox.isEmpty()) {
            tellWhomItWaitsFor(inbox.nextReceiver());
        }
        lifeline.giveSigns(isLong, now);
        if (isLong) {
            lifeline.checkQueue(waitsFor, now);
        }
        if (!reads) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** The log is told once, health and status also when the session then waits for another one. */
    private void tellWhomItWaitsFor(String name) {
        boolean begins = waitsFor == null;
        if (!name.equals(waitsFor)) {
            waitsFor(name);
        }
        if (begins) {
            LOG.warn(
                    "{}: its queue is full, so nothing is read from {} and every channel on this session waits. While this lasts, the"
                            + " server keeps its notifications, and VACUUM can't remove rows of this database that were deleted since. A"
                            + " consumer with dedicatedSession=true does not hold up the others",
                    name, source);
        }
    }

    private void waitsFor(@Nullable String name) {
        waitsFor = name;
        view.waitsFor(name);
    }

    boolean isFlowing() {
        return stall.isFlowing();
    }

    /** After a failure of the connection: hands on the notifications that were received before. */
    void handOnTheLast(Exception cause) {
        last.handOn(cause);
    }

    /** After an error, such as a lack of memory: the notifications that were received before count as missed. */
    void giveUpTheLast() {
        last.giveUp();
    }

    /** Called last: what was read ahead is needed until it is handed on or given up. */
    void releaseMemory() {
        readAhead.close();
    }

    @Override
    public void close() {
        if (!stall.isFlowing()) {
            connection.leavesBacklog();
        }
        lifeline.close();
    }
}
