package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.OwnMessages;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a notification in a transaction of the application. The transaction may contain other notifications before and after it, so
 * marks stand around this one; see {@link OwnMessages}.
 */
public final class TransactedNotify {

    private TransactedNotify() {}

    /**
     * Sends the notification, and returns once the server has accepted it into the transaction.
     *
     * @param channel 1 to 63 bytes, checked by the caller
     * @param payload at most 7999 bytes without NUL, checked by the caller
     * @throws IllegalStateException when the connection is in no transaction; then nothing is sent
     */
    public static void send(Connection connection, OwnMessages ownMessages, String channel, String payload) throws SQLException {
        send(connection, ownMessages, channel, payload, null);
    }

    /**
     * As {@link #send(Connection, OwnMessages, String, String)}, with a payload that may be kept.
     *
     * @param store keeps the payload, which may have any length, and a reference to it is sent; null: the payload is sent
     */
    public static void send(Connection connection, OwnMessages ownMessages, String channel, String payload,
            @Nullable PayloadStore store) throws SQLException {
        try (PreparedStatement statement = NotifyStatement.prepareOneMarked(connection, store)) {
            // Checked after preparing: some transaction managers enlist the connection with its first statement.
            if (connection.getAutoCommit()) {
                throw new IllegalStateException("Not sent: the connection of the dataSource is in no transaction. Begin one that"
                        + " the dataSource takes part in (in a route by transacted()), or leave out the option transacted");
            }
            NotifyStatement.sendOneMarked(statement, channel, payload, store, ownMessages);
        }
    }
}
