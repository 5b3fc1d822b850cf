package io.github.pgpubsub.connect;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A source of connections. Equal sources lead to the same server with the same rights, so users of equal sources may share
 * connections. {@code toString()} names host and database, never a secret.
 */
public interface ConnectionSource {

    /**
     * Opens a connection for the caller's exclusive use. Blocks for the driver's connect timeout at most (10 s unless
     * configured).
     *
     * @throws SQLException when no connection is available
     */
    Connection open() throws SQLException;

    /** Whether a closed connection of this source may be given to another user. */
    boolean pooled();
}
