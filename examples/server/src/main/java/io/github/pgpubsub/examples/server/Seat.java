package io.github.pgpubsub.examples.server;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;

/**
 * An open session of the example's role on the shared server. The server runs while at least one such session is open. A killed
 * process needs no clean-up, because the server notices the end of the session.
 */
public final class Seat implements AutoCloseable {

    private final Connection session;
    private final String url;
    private final int number;

    private Seat(Connection session, String url, int number) {
        this.session = session;
        this.url = url;
        this.number = number;
    }

    /**
     * Opens a session on the server with this name and port.
     *
     * @throws SQLException if no such server runs, or the server is about to stop
     */
    static Seat take(int port, String role, String password, String cluster) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:%d/postgres?user=%s&password=%s".formatted(port, role, password);
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", role + ", a seat");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "10");
        Connection session = DriverManager.getConnection(url, properties);
        try {
            waitForTheWatch(session);
            return new Seat(session, url, number(session, cluster));
        } catch (SQLException e) {
            session.close();
            throw e;
        }
    }

    /** Returns once watch.sql is certain to see this session. Fails if watch.sql has just decided to stop the server. */
    private static void waitForTheWatch(Connection session) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement("select pg_advisory_xact_lock_shared(1)")) {
            statement.execute();
        }
    }

    private static int number(Connection session, String cluster) throws SQLException {
        String lowestFree = """
                select n from generate_series(1, 999) n
                where current_setting('cluster_name') = ? and pg_try_advisory_lock(1, n)
                limit 1
                """;
        try (PreparedStatement statement = session.prepareStatement(lowestFree)) {
            statement.setString(1, cluster);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("Not the server " + cluster);
                }
                return row.getInt(1);
            }
        }
    }

    /** JDBC URL, with user and password. */
    public String url() {
        return url;
    }

    /** Number from 1 up, unique among the open sessions of this server: this session holds an advisory lock on it. */
    public int number() {
        return number;
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
