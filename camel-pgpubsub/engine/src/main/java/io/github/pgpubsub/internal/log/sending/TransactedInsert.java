package io.github.pgpubsub.internal.log.sending;

import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Writes a message in a transaction of the application. Whatever else this transaction writes to the log counts as this process's own
 * from then on.
 */
public final class TransactedInsert {

    private final LogQueries queries;
    private final String context;

    /** @param context names the process for those that leave out their own messages */
    public TransactedInsert(LogQueries queries, UUID context) {
        this.queries = queries;
        this.context = context.toString();
    }

    /**
     * Writes the message, and returns its id.
     *
     * @throws IllegalStateException when the connection is in no transaction; then nothing is written
     */
    public String insert(Connection connection, CheckedMessage message, boolean wakeUp) throws SQLException {
        Statement statement = wakeUp ? Statement.INSERT : Statement.INSERT_QUIETLY;
        try (PreparedStatement insert = connection.prepareStatement(queries.sql(statement))) {
            // Checked after preparing: some transaction managers enlist the connection with its first statement.
            if (connection.getAutoCommit()) {
                throw new IllegalStateException(
                        "Not sent: the connection is in no transaction. Begin one, or publish without one");
            }
            insert.setString(1, context);
            insert.setString(2, message.channel);
            insert.setString(3, message.key);
            insert.setString(4, message.payload);
            insert.setBytes(5, message.bytes);
            insert.setString(6, message.headers);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getLong(1) + "-" + row.getLong(2);
            }
        }
    }
}
