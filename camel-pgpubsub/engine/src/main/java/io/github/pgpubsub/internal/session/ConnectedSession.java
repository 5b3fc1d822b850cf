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
 * A session on one connection, from its beginning to its end. {@link #pass} is one round of its loop. Belongs to the session's thread.
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
        this.requests = new Requests(connection, options.ownMessages().channel());
        this.inbox = new Inbox(options.ownMessages(), connection.server(), requests.receivers());
        this.stall = new Stall(options.heartbeatInterval());
        this.lifeline = new Lifeline(connection, requests, source, options, parts);
        this.last = new LastNotifications(connection, inbox, parts, options.heartbeatInterval());
    }

    /** What this subscriber asks with. */
    SessionStream streamOf(Subscriber subscriber) {
        return requests.of(subscriber);
    }

    /** Tells all subscribers that a stream begins, and asks for what they want. */
    void greet() throws SQLException {
        subscribers.forEach(subscriber -> subscriber.connected(streamOf(subscriber)));
        requests.flush();
    }

    /** The first pass follows. */
    void begin() {
        long now = System.nanoTime();
        heartbeat.begin(now);
        reading.begin(now);
    }

    /**
     * Once round: runs what other threads want, asks the server for what subscribers want, hands on what was read before, reads.
     *
     * @throws SQLException when the connection has come to its end
     */
    void pass() throws SQLException {
        assert commands.isMine() && !commands.isAway();
        readAhead.look(inbox);
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
     * Sends the subscribers' wishes, but not while a backlog is read, for a heartbeat's interval at most: the driver would take in all
     * of the backlog before the answer.
     *
     * @return whether anything was sent
     */
    private boolean flush() throws SQLException {
        return (!reading.isBehind() || stall.mayAskBehind(System.nanoTime())) && requests.flush();
    }

    /** Hands on what was read, in order. False: somebody can't take more. */
    private boolean dispatch() throws SQLException {
        try {
            while (!inbox.isEmpty()) {
                if (!inbox.giveNext()) {
                    return false;
                }
                flush();
            }
            return true;
        } finally {
            inbox.handOn();
        }
    }

    private void read() throws SQLException {
        long before = System.nanoTime();
        reading.reads(before);
        PGNotification[] notifications = connection.pg().getNotifications(reading.waitMillis(before, view.heardAt()));
        int count = notifications == null ? 0 : notifications.length;
        long bytes = 0;
        if (count > 0) {
            view.heard(System.nanoTime());
            bytes = inbox.take(notifications);
        }
        reading.brought(count, bytes);
        if (!reading.isBehind()) {
            requests.proven(before);
            if (heartbeat.isDue(System.nanoTime())) {
                heartbeat.beat(requests);
            }
        }
    }

    private void keepUp(boolean reads) throws SQLException {
        long now = System.nanoTime();
        Stall.State before = stall.state();
        Stall.State after = stall.passed(reads, reading.isBehind(), now);
        if (after != Stall.State.FLOWING) {
            bridge(reads, after == Stall.State.WAITING && before != after, now);
        } else if (before == Stall.State.WAITING) {
            LOG.info("{}: has room again; nothing was read for {} ms", waitsFor, stall.millis(now));
            waitsFor(null);
        }
    }

    /** Bridges the time until all flows again. Nothing is asked on this connection: the driver would take in more than is read. */
    private void bridge(boolean reads, boolean beginsToWait, long now) throws SQLException {
        boolean isLong = stall.isLong(now);
        lifeline.prove();
        if (beginsToWait) {
            waitsFor(inbox.nextReceivers());
            LOG.warn("{}: its queue is full, so nothing is read from {} and every channel on this session waits. If it lasts, the"
                    + " server keeps its notifications, and VACUUM removes no row of this database that was deleted since. A consumer"
                    + " with dedicatedSession=true keeps the others out of it", waitsFor, source);
        }
        lifeline.giveSigns(isLong, now);
        if (isLong) {
            lifeline.lookAtQueue(waitsFor, now);
        }
        if (!reads) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void waitsFor(@Nullable String names) {
        waitsFor = names;
        view.waitsFor(names);
    }

    boolean isFlowing() {
        return stall.isFlowing();
    }

    /** The connection has failed: hands on what was received. */
    void handOnTheLast(Exception cause) {
        last.handOn(cause);
    }

    @Override
    public void close() {
        lifeline.close();
    }
}
