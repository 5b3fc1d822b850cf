package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionSource;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the server for a sign of life when nothing has shown one. Outlives the connections: when one was lost in a silence, the server
 * is asked more often on the next ones. Belongs to the session's thread.
 */
final class Heartbeat {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    /** No shorter silence is taken for the reason of a loss, and half of it is how often a session asks at most. */
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

    /** There is a new connection. */
    void begin(long now) {
        next = now + interval.toNanos();
    }

    boolean isDue(long now) {
        return now - next >= 0;
    }

    /**
     * Asks the server for a sign of life, and how full its queue is.
     *
     * @throws SQLException when the connection is gone, or what it held
     */
    void beat(Requests requests) throws SQLException {
        try {
            queueUsage.observe(requests.check(), null);
        } catch (SQLException e) {
            if (!Refusals.isRefusal(e)) {
                throw e;
            }
            LOG.warn("{} could not be asked how it stands: {}", source, e.getMessage());
        }
        long now = System.nanoTime();
        view.heard(now);
        next = now + interval.toNanos();
    }

    /** The server was asked on another connection. */
    void skip(long now) {
        next = now + configured.toNanos();
    }

    /**
     * A connection was lost and nobody said why. Firewalls and proxies end idle connections, or forget them: after a long silence the
     * server is asked twice as often from now on.
     *
     * @param silence how long nothing had come
     */
    void lostInSilence(Duration silence) {
        Duration longest = silence.compareTo(interval) < 0 ? silence : interval;
        if (longest.compareTo(SHORTEST_SILENCE) < 0) {
            return;
        }
        interval = Duration.ofMillis(longest.toMillis() / 2);
        LOG.warn("The connection to {} was lost after {} ms in which nothing came: something on the way may end connections that"
                + " are idle. From now on the server is asked for a sign of life every {} ms (heartbeatInterval={})", source,
                silence.toMillis(), interval.toMillis(), configured.toMillis());
    }
}
