package io.github.pgpubsub.internal.publish;

import java.sql.Connection;
import java.sql.SQLException;

/** Where payloads are kept that are too long for a notification. Thread-safe. */
public interface PayloadStore {

    /**
     * The name of an SQL function of a channel and a payload. It keeps the payload and returns the notification to send in its place, in the
     * same transaction.
     */
    String function();

    /**
     * Makes or checks what the function needs. Called once for each connection that is to send.
     *
     * @param connection in autocommit mode
     * @throws SQLException when the connection fails, or what is missing can't be made
     */
    void prepare(Connection connection) throws SQLException;
}
