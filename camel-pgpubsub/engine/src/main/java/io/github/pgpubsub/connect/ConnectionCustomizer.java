package io.github.pgpubsub.connect;

import java.sql.Connection;
import java.sql.SQLException;

/** Adjusts each new connection before it is used: a role, a statement timeout. The driver is not hidden. */
@FunctionalInterface
public interface ConnectionCustomizer {

    /**
     * Called once for each new connection, by the thread that will use it, before anything else runs on it. The connection
     * is in autocommit mode and must be left so.
     *
     * @param connection as the driver or the {@code DataSource} made it; {@code unwrap} leads to the driver's own interface
     * @throws SQLException when the connection can't be used: it is closed, and opening another is tried later
     */
    void customize(Connection connection) throws SQLException;
}
