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
 * Statements for a test's own purposes, each in a session of its own: so they work again after a server's restart, and
 * leave nothing that a test could count.
 */
record Sql(PGSimpleDataSource sessions) {

    /** The {@code application_name} of these sessions, by which they can be left out. */
    static final String APPLICATION_NAME = "test-support";

    Sql {
        sessions.setApplicationName(APPLICATION_NAME);
    }

    /** Runs a statement; without arguments it may be several, separated by semicolons. */
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

    /** The first column of all rows. */
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
