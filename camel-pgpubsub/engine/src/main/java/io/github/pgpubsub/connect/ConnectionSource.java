package io.github.pgpubsub.connect;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Where connections come from. Equal sources lead to the same server with the same rights, so whoever holds two equal ones
 * may share what runs on them. {@code toString()} names host and database and never a secret.
 */
public interface ConnectionSource {

    /**
     * Opens a connection for the caller alone. Blocks for the driver's connect timeout at most (10 s unless configured).
     *
     * @throws SQLException when there is none to be had
     */
    Connection open() throws SQLException;

    /** Whether closing a connection of this source may hand it to somebody else. */
    boolean pooled();
}
