package io.github.pgpubsub.internal.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.PGConnection;

/**
 * How a pool gave out a connection, as far as it is changed here; few pools put these back themselves. What is changed on the
 * server is {@link ServerConnection}'s to put back.
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

    /** The timeout last: until then it holds for what else is to be done. */
    void putBack(Connection connection, PGConnection pg) throws SQLException {
        pg.setPrepareThreshold(prepareThreshold);
        connection.setAutoCommit(autoCommit);
        setNetworkTimeout(connection, networkTimeout);
    }
}
