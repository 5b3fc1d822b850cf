package io.github.pgpubsub.internal.log;

import java.sql.Connection;
import java.sql.SQLException;

/** A transaction on a connection that is otherwise in autocommit mode. */
final class JdbcTransaction {

    interface Work<T> {
        T run() throws SQLException;
    }

    private JdbcTransaction() {}

    /** Commits, unless the work throws; a connection that still works is in autocommit mode again afterwards. */
    static <T> T run(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            T result = work.run();
            connection.commit();
            connection.setAutoCommit(true);
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            try {
                connection.rollback();
                connection.setAutoCommit(true);
            } catch (SQLException rollback) {
                e.addSuppressed(rollback);
            }
            throw e;
        }
    }
}
