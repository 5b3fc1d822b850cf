package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The server's settings for a listening session: they decide when the server gives it up.
 *
 * <p>lock_timeout bounds a NOTIFY that waits for the commit lock, which statement_timeout does not. idle_session_timeout (since
 * PostgreSQL 14) would end a listener although notifications come in. The server's keepalives end the session of a vanished host,
 * and so free its locks, but not before the host itself must have noticed by its heartbeat. Keepalives don't run while sent data is
 * not acknowledged; then tcp_user_timeout is the limit. It would also end the session of a slow reader, so it is set only where
 * {@link ReadAhead} can keep reading, and not on a server on the same host, which can't vanish alone.
 */
final class ServerSettings {

    private static final int KEEPALIVES = 3;

    private ServerSettings() {}

    /** Applies the settings, and returns the read-ahead that they need. */
    static ReadAhead apply(ServerConnection connection, SessionOptions options) throws SQLException {
        long lockTimeout = Math.max(1, options.heartbeatTimeout().toMillis() / 2);
        long idle = seconds(options.heartbeatInterval());
        long interval = seconds(options.heartbeatTimeout()) / KEEPALIVES + 2;
        Map<String, String> parameters = new HashMap<>(Map.of(
                "lock_timeout", String.valueOf(lockTimeout),
                "idle_session_timeout", "0",
                "tcp_keepalives_idle", String.valueOf(idle),
                "tcp_keepalives_interval", String.valueOf(interval),
                "tcp_keepalives_count", String.valueOf(KEEPALIVES)));
        Duration readAhead = null;
        if (connection.canReadAhead()) {
            Duration vanished = Duration.ofSeconds(idle + interval * KEEPALIVES);
            parameters.put("tcp_user_timeout", String.valueOf(vanished.toMillis()));
            readAhead = readAheadAfter(vanished, options.heartbeatTimeout());
            connection.limitReadAhead();
        }
        connection.set(parameters);
        return new ReadAhead(connection, readAhead);
    }

    /**
     * The server may be silent for as long as a session has not read before: its kernel waits twice as long before each repetition of
     * a packet. So this must be less than the heartbeat's patience, and the repetition after it must come before tcp_user_timeout.
     */
    private static Duration readAheadAfter(Duration userTimeout, Duration patience) {
        return Collections.min(List.of(userTimeout.dividedBy(4), patience.dividedBy(2)));
    }

    private static long seconds(Duration duration) {
        return Math.max(1, (duration.toMillis() + 999) / 1000);
    }
}
