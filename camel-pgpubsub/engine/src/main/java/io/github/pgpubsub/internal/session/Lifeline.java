package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Uses the auxiliary connection while a session does not keep up: for the proof that the session still holds its locks, for signs of
 * life to the other members of its groups, and for the usage of the server's queue. On the listening connection the driver would
 * read the whole backlog before any answer. Belongs to the session's thread.
 */
final class Lifeline implements AutoCloseable {

    private final int backend;
    private final Requests requests;
    private final Subscribers subscribers;
    private final Pulse pulse;
    private final Heartbeat heartbeat;
    private final QueueUsage queueUsage;
    private final Auxiliary auxiliary;

    /** Opens no connection yet. */
    Lifeline(ServerConnection connection, Requests requests, ConnectionSource source, SessionOptions options,
            SessionParts parts) {
        this.backend = connection.backend();
        this.requests = requests;
        this.subscribers = parts.subscribers();
        this.pulse = parts.pulse();
        this.heartbeat = parts.heartbeat();
        this.queueUsage = parts.queueUsage();
        this.auxiliary = new Auxiliary(source, options, connection.server(), parts.auxiliaryThreads());
    }

    /**
     * Gets the proof that this session still leads, without which waiting messages do not begin. If no auxiliary connection can be
     * opened, the listening connection is asked, although the driver then reads the whole backlog: otherwise nothing would ever begin. All
     * leaders among the subscribers get the proof at once, because each question takes the server milliseconds.
     *
     * @throws SQLException when the session has lost a lock, or its connection
     */
    void prove() throws SQLException {
        if (!pulse.isWanted()) {
            return;
        }
        Map<Subscriber, Long> locks = new HashMap<>();
        subscribers.forEach(subscriber -> subscriber.leaderLock().ifPresent(lock -> locks.put(subscriber, lock)));
        if (locks.isEmpty()) {
            return;
        }
        long asked = System.nanoTime();
        Set<Long> held = auxiliary.held(backend);
        if (held == null) {
            asked = System.nanoTime();
            if (!heartbeat.beat(requests)) {
                return;
            }
        } else if (!held.containsAll(locks.values())) {
            throw lostLock();
        }
        requests.proven(asked);
        for (Subscriber subscriber : locks.keySet()) {
            subscriber.proven(asked);
        }
    }

    /**
     * Lets subscribers give signs of life, if a tick is due.
     *
     * @param isLong whether to open the auxiliary connection for this purpose, if it is not open
     * @throws SQLException when the session has lost a lock
     */
    void giveSigns(boolean isLong, long now) throws SQLException {
        if (!subscribers.isTickDue(now)) {
            return;
        }
        int other = isLong ? auxiliary.backend() : 0;
        List<Subscriber.Sign> signs = new ArrayList<>();
        subscribers.callInsteadOfTicks(subscriber -> {
            Subscriber.Sign sign = subscriber.signOfLife(other);
            if (sign != null) {
                signs.add(sign);
            }
        }, now);
        if (!auxiliary.send(signs, backend)) {
            throw lostLock();
        }
    }

    /** Reads the usage of the server's queue, if a heartbeat is due. */
    void checkQueue(@Nullable String waitsFor, long now) {
        if (heartbeat.isDue(now)) {
            double usage = auxiliary.queueUsage();
            if (usage >= 0) {
                queueUsage.observe(usage, waitsFor);
            }
            heartbeat.skip(now);
        }
    }

    private static SQLException lostLock() {
        return new SQLException("The session has lost a lock that it held");
    }

    @Override
    public void close() {
        auxiliary.close();
    }
}
