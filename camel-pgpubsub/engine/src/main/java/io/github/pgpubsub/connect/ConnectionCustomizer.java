package io.github.pgpubsub.connect;

import java.sql.Connection;
import java.sql.SQLException;

/** Adjusts each new connection before its use, for example sets a role or a statement timeout. */
@FunctionalInterface
public interface ConnectionCustomizer {

    /**
     * Called once for each new connection, by the thread that opened it, before any other use. The connection is in autocommit
     * mode and must stay in this mode.
     *
     * @param connection from the driver or the {@code DataSource}; {@code unwrap} gives access to the driver's own interface
     * @throws SQLException when the connection can't be used: it is closed, and another attempt follows later
     */
    void customize(Connection connection) throws SQLException;
}
