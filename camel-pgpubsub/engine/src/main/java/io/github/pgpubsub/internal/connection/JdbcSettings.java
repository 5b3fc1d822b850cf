package io.github.pgpubsub.internal.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.PGConnection;

/**
 * The former settings of a pool's connection, restored at the end because few pools do this. The settings on the server are restored
 * by {@link ServerConnection}.
 *
 * @param networkTimeout milliseconds, 0: none
 */
record JdbcSettings(boolean autoCommit, int networkTimeout, int prepareThreshold) {

    static JdbcSettings of(Connection connection, PGConnection pg) throws SQLException {
        return new JdbcSettings(connection.getAutoCommit(), connection.getNetworkTimeout(), pg.getPrepareThreshold());
    }

    static void setNetworkTimeout(Connection connection, Duration timeout) throws SQLException {
        setNetworkTimeout(connection, Math.toIntExact(timeout.toMillis()));
    }

    private static void setNetworkTimeout(Connection connection, int millis) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, millis);
    }

    /** Restores the network timeout last, so that our own still bounds the other calls. */
    void putBack(Connection connection, PGConnection pg) throws SQLException {
        pg.setPrepareThreshold(prepareThreshold);
        connection.setAutoCommit(autoCommit);
        setNetworkTimeout(connection, networkTimeout);
    }
}
