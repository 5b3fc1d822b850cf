package io.github.pgpubsub.support;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Runs a test's own statements. Each command has a new session, so none inherits a setting. Queries share sessions, because tests ask
 * again and again while they wait, and a new session costs client and server some 40 ms of CPU time. A broken session is replaced, so
 * both work after a restart of the server. Any thread may call this class.
 */
final class Sql implements AutoCloseable {

    /** The {@code application_name} of these sessions, so that queries can exclude them. */
    static final String APPLICATION_NAME = "test-support";

    /** An idle session that does not answer in this time is replaced. */
    private static final int ANSWER_SECONDS = 1;

    private final PGSimpleDataSource sessions;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

    Sql(PGSimpleDataSource sessions) {
        this.sessions = sessions;
        sessions.setApplicationName(APPLICATION_NAME);
        // A prepared statement would refuse a table that has been made anew with other columns.
        sessions.setPrepareThreshold(0);
    }

    /** Runs a command. Without arguments, it may be several statements separated by semicolons. */
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

    /** Runs a query that changes neither settings nor locks of its session, and returns the first column of all rows. */
    List<String> strings(String query, Object... arguments) {
        try {
            Connection session = take();
            try {
                List<String> values = strings(session, query, arguments);
                idle.push(session);
                return values;
            } catch (SQLException | RuntimeException e) {
                end(session);
                throw e;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    private Connection take() throws SQLException {
        for (Connection session = idle.poll(); session != null; session = idle.poll()) {
            if (session.isValid(ANSWER_SECONDS)) {
                return session;
            }
            end(session);
        }
        return sessions.getConnection();
    }

    private static List<String> strings(Connection session, String query, Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(session, query, arguments); ResultSet rows = statement.executeQuery()) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    private static PreparedStatement prepare(Connection session, String sql, @Nullable Object... arguments) throws SQLException {
        PreparedStatement statement = session.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    /** Ends the sessions that queries share. */
    @Override
    public void close() {
        for (Connection session = idle.poll(); session != null; session = idle.poll()) {
            end(session);
        }
    }

    private static void end(Connection session) {
        try {
            session.close();
        } catch (SQLException e) {
            // The server has ended it.
        }
    }
}
