package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.OwnMessages;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Sends a notification in a transaction that somebody else began and will end. Others may have notified in it and may do so
 * after, so marks stand around what is sent here; see {@link OwnMessages}.
 */
public final class TransactedNotify {

    private static final String NOTIFY = "pg_catalog.pg_notify(?::pg_catalog.text, ?::pg_catalog.text)";
    private static final String MARKED = "select " + NOTIFY + ", " + NOTIFY + ", " + NOTIFY;

    private TransactedNotify() {}

    /**
     * Returns once the server has taken the notification into the transaction.
     *
     * @param channel 1 to 63 bytes, checked by the caller
     * @param payload at most 7999 bytes without NUL, checked by the caller
     * @throws IllegalStateException when the connection is in no transaction: nothing is sent then
     */
    public static void send(Connection connection, OwnMessages ownMessages, String channel, String payload) throws SQLException {
        String begin = ownMessages.beginMark();
        try (PreparedStatement statement = connection.prepareStatement(MARKED)) {
            // Not earlier: some managers of transactions take the connection in with its first statement.
            if (connection.getAutoCommit()) {
                throw new IllegalStateException("Not sent: the connection of the dataSource is in no transaction. Begin one that"
                        + " the dataSource takes part in (in a route by transacted()), or leave out the option transacted");
            }
            String[] values = {ownMessages.channel(), begin, channel, payload, ownMessages.channel(), OwnMessages.endMark(begin)};
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeQuery().close();
        }
    }
}
