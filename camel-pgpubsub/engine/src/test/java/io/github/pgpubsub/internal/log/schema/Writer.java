package io.github.pgpubsub.internal.log.schema;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** An application's session that writes to the log with plain SQL, in transactions that the test ends. */
final class Writer implements AutoCloseable {

    final Connection connection;

    Writer(Connection connection) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
    }

    static Writer of(PostgresExtension postgres) throws SQLException {
        return new Writer(postgres.connect());
    }

    /** Writes to the channel {@code c}, each payload in a transaction of its own. */
    static void commitEach(PostgresExtension postgres, String... payloads) throws SQLException {
        try (Writer writer = of(postgres)) {
            for (String payload : payloads) {
                writer.write("c", payload);
                writer.commit();
            }
        }
    }

    /** Returns the id. */
    long write(String channel, String payload) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into pgpubsub.message (channel, payload) values (?, ?) returning id")) {
            statement.setString(1, channel);
            statement.setString(2, payload);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Gives the transaction its xid now. */
    Writer begin() throws SQLException {
        value("select pg_current_xact_id()");
        return this;
    }

    String value(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.close();
    }
}
