package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionSource;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the server for a sign of life after a time without any. Outlives the connections: after a connection was lost in a silence,
 * the interval is shorter on the next ones. Belongs to the session's thread.
 */
final class Heartbeat {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    /** A shorter silence is not taken for the cause of a loss, so the interval is not shortened below half of it. */
    private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(1);

    private final ConnectionSource source;
    private final Duration configured;
    private final SessionView view;
    private final QueueUsage queueUsage;
    private Duration interval;
    private long next;

    Heartbeat(ConnectionSource source, Duration configured, SessionView view, QueueUsage queueUsage) {
        this.source = source;
        this.configured = configured;
        this.view = view;
        this.queueUsage = queueUsage;
        this.interval = configured;
    }

    /** Called for each new connection. */
    void begin(long now) {
        next = now + interval.toNanos();
    }

    boolean isDue(long now) {
        return now - next >= 0;
    }

    /**
     * Asks the server for a sign of life, and for the usage of its notification queue.
     *
     * @return false if the server refused to look: it lives, but nothing is known about the locks
     * @throws SQLException when the connection, or a LISTEN or a lock on it, is lost
     */
    boolean beat(Requests requests) throws SQLException {
        boolean looked = true;
        try {
            queueUsage.observe(requests.check(), null);
        } catch (SQLException e) {
            if (!Refusals.isRefusal(e)) {
                throw e;
            }
            LOG.warn("{} refused the check of the session: {}", source, e.getMessage());
            looked = false;
        }
        long now = System.nanoTime();
        view.heard(now);
        next = now + interval.toNanos();
        return looked;
    }

    /** Called instead of {@link #beat} after the server was asked on the auxiliary connection. */
    void skip(long now) {
        next = now + configured.toNanos();
    }

    /**
     * Called when a connection was lost for no known reason. Firewalls and proxies end or forget idle connections, so after a long
     * silence the interval becomes half of that silence, or half of itself if that is shorter.
     *
     * @param silence time without any sign of life before the loss
     */
    void lostInSilence(Duration silence) {
        Duration longest = silence.compareTo(interval) < 0 ? silence : interval;
        if (longest.compareTo(SHORTEST_SILENCE) < 0) {
            return;
        }
        interval = Duration.ofMillis(longest.toMillis() / 2);
        LOG.warn(
                "The connection to {} was lost after {} ms of silence: a firewall or proxy may end idle connections. From now on the"
                        + " server is asked for a sign of life every {} ms (heartbeatInterval={})",
                source,
                silence.toMillis(), interval.toMillis(), configured.toMillis());
    }
}
