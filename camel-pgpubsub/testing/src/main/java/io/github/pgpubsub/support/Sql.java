package io.github.pgpubsub.support;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Runs a test's own statements, each in a new session. So they work after a restart of the server, and leave no session behind
 * that a test might count.
 */
record Sql(PGSimpleDataSource sessions) {

    /** The {@code application_name} of these sessions, so that queries can exclude them. */
    static final String APPLICATION_NAME = "test-support";

    Sql {
        sessions.setApplicationName(APPLICATION_NAME);
    }

    /** Runs a statement. Without arguments, it may be several statements separated by semicolons. */
    void execute(String sql, Object... arguments) {
        try (Connection session = sessions.getConnection()) {
            if (arguments.length == 0) {
                try (Statement statement = session.createStatement()) {
                    statement.execute(sql);
                }
            } else {
                try (PreparedStatement statement = prepare(session, sql, arguments)) {
                    statement.execute();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Returns the first column of all rows. */
    List<String> strings(String sql, Object... arguments) {
        try (Connection session = sessions.getConnection();
                PreparedStatement statement = prepare(session, sql, arguments);
                ResultSet rows = statement.executeQuery()) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static PreparedStatement prepare(Connection session, String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = session.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }
}
