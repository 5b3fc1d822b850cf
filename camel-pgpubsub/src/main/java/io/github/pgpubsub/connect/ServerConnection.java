package io.github.pgpubsub.connect;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.core.BaseConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that one thread owns, customized and introduced: autocommit, named in {@code pg_stat_activity}, and known
 * by its backend and its server.
 */
public final class ServerConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private static final PGNotification[] NOTHING = {};

    private final Connection connection;
    private final PGConnection pg;
    private final boolean pooled;
    /** Null: the connection's socket is not one of ours. */
    private final EagerSocket socket;
    private final boolean customized;
    private final Map<String, String> before = new LinkedHashMap<>();
    private final int backend;
    private final String server;
    private final long serverUptime;
    private final boolean inRecovery;
    private final boolean behindPooler;
    private final boolean commitsInMemory;

    private ServerConnection(Connection connection, boolean pooled, EagerSocket socket, String applicationName,
            ConnectionCustomizer customizer) throws SQLException {
        this.connection = connection;
        this.pooled = pooled;
        this.socket = socket;
        if (!connection.isWrapperFor(PGConnection.class)) {
            throw new IllegalArgumentException("The dataSource does not lead to PostgreSQL's own JDBC driver but to a "
                    + connection.getClass().getName());
        }
        this.pg = connection.unwrap(PGConnection.class);
        connection.setAutoCommit(true);
        customized = customizer != null;
        if (customized) {
            customizer.customize(connection);
        }
        // A name that the user has given stays.
        try (PreparedStatement hello = connection.prepareStatement("select pg_catalog.pg_backend_pid(),"
                + " (extract(epoch from pg_catalog.pg_postmaster_start_time()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,"
                + " pg_is_in_recovery(), current_setting('application_name'), case when current_setting('application_name')"
                + " in ('', 'PostgreSQL JDBC Driver') then set_config('application_name', ?, false) end,"
                + " (extract(epoch from pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.pg_postmaster_start_time())"
                + " operator(pg_catalog.*) 1000000)::pg_catalog.int8")) {
            hello.setString(1, applicationName);
            try (ResultSet row = hello.executeQuery()) {
                row.next();
                backend = row.getInt(1);
                server = row.getString(2);
                inRecovery = row.getBoolean(3);
                before.put("application_name", row.getString(4));
                serverUptime = TimeUnit.MICROSECONDS.toNanos(row.getLong(6));
            }
        }
        behindPooler = pg.getBackendPID() != backend;
        if (behindPooler) {
            // Prepared on one backend, a statement may be looked for on another.
            pg.setPrepareThreshold(0);
        }
        commitsInMemory = !behindPooler && commitInMemory();
    }

    /**
     * Lets commits not wait for the disk, nor for replicas: what is committed here is nothing but notifications, and those are
     * in no log; none outlives a crash of the server however its commit was made (PostgreSQL source, async.c). Whoever has
     * set this parameter on the connection itself, keeps it.
     */
    private boolean commitInMemory() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet set = statement.executeQuery("select set_config(name, 'off', false) from pg_settings"
                        + " where name = 'synchronous_commit' and source not in ('client', 'session')")) {
            return set.next();
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                throw e;
            }
            LOG.debug("Commits wait for the disk", e);
            return false;
        }
    }

    /**
     * Opens a connection and prepares it; on any failure it is closed again.
     *
     * @param applicationName what {@code pg_stat_activity} shows unless the user has set a name; cut by the server at 63 bytes
     * @param ioTimeout       how long any answer of the server may take from here on
     * @param customizer      null: none
     * @throws SQLException             when the server can't be reached or refuses
     * @throws IllegalArgumentException when the connection is not one of PostgreSQL's own driver
     */
    public static ServerConnection open(
            ConnectionSource source, String applicationName, Duration ioTimeout, ConnectionCustomizer customizer)
            throws SQLException {
        Connection connection = source.open();
        if (connection == null) {
            throw new SQLException("No connection from " + source);
        }
        try {
            EagerSocket socket = EagerSocket.below(
                    () -> connection.setNetworkTimeout(Runnable::run, Math.toIntExact(ioTimeout.toMillis())));
            return new ServerConnection(connection, source.pooled(), socket, applicationName, customizer);
        } catch (SQLException | RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    public Connection jdbc() {
        return connection;
    }

    public PGConnection pg() {
        return pg;
    }

    /** The process id of the server's backend, as the server tells it: behind a pooler the driver's own number is made up. */
    public int backend() {
        return backend;
    }

    /** Names this start of this server: backend ids mean nothing beyond it. */
    public String server() {
        return server;
    }

    /** How long the server had been up when this connection was opened, nanoseconds, by the server's clock. */
    public long serverUptime() {
        return serverUptime;
    }

    /** Whether the server is a replica, which can neither LISTEN nor NOTIFY. */
    public boolean inRecovery() {
        return inRecovery;
    }

    /**
     * Whether there is a pooler between the driver and the server: what the driver was told when it connected is then not the
     * backend that answers. That backend may be another one for each transaction.
     */
    public boolean behindPooler() {
        return behindPooler;
    }

    /**
     * Whether {@link #readAhead} opens the server's own window: the socket is one of ours, and the server sees the port that it
     * has, so that nothing is in between which reads in bits of its own.
     */
    public boolean canReadAhead() throws SQLException {
        if (socket == null || behindPooler) {
            return false;
        }
        try (PreparedStatement statement = connection.prepareStatement("select pg_catalog.inet_client_port()");
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getInt(1) == socket.getLocalPort();
        }
    }

    /**
     * Takes in some of what has arrived and is not read, if some has waited for so long. To be called often by the thread that
     * reads, so that a server with {@code tcp_user_timeout} keeps the session of a reader that is slow or stands still.
     *
     * @return bytes that were taken in so and are not read yet
     */
    public long readAhead(Duration after) throws SQLException {
        try {
            return socket.readAhead(after.toNanos());
        } catch (IOException e) {
            throw new SQLException("The connection was lost: " + e.getMessage(), "08006", e);
        }
    }

    /**
     * What the driver has taken in and not handed out, when it has thrown: it keeps those notifications. Reads nothing, because
     * after a failure nobody knows where a message begins.
     */
    public PGNotification[] pending() {
        try {
            return pg instanceof BaseConnection driver ? driver.getQueryExecutor().getNotifications() : NOTHING;
        } catch (SQLException e) {
            LOG.debug("The driver does not hand out what it has", e);
            return NOTHING;
        }
    }

    /** Sets parameters of the server for as long as the connection is ours; leaves out what this version does not know. */
    public void set(Map<String, String> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select name, current_setting(name),"
                + " set_config(name, value, false) from unnest(?::text[], ?::text[]) as t(name, value)"
                + " where current_setting(name, true) is not null")) {
            setTexts(statement, parameters);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    before.putIfAbsent(rows.getString(1), rows.getString(2));
                }
            }
        }
    }

    private void setTexts(PreparedStatement statement, Map<String, String> parameters) throws SQLException {
        statement.setArray(1, connection.createArrayOf("text", parameters.keySet().toArray()));
        statement.setArray(2, connection.createArrayOf("text", parameters.values().toArray()));
    }

    /**
     * Closes the connection. To a pool it goes back as it came: without LISTENs and locks, and with the settings that it had.
     * (DISCARD ALL would undo the pool's own, too.) What a customizer has done to it nobody knows, so then the pool gets a
     * broken one, which it replaces. Never throws.
     */
    @Override
    public void close() {
        if (pooled) {
            try {
                giveBack();
            } catch (SQLException e) {
                // What can't be cleaned must not be used by others.
                abort();
            }
        }
        closeQuietly(connection);
    }

    private void giveBack() throws SQLException {
        if (customized) {
            abort();
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("UNLISTEN *; select pg_advisory_unlock_all()" + (commitsInMemory ? "; reset synchronous_commit" : ""));
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "select count(set_config(name, value, false)) from unnest(?::text[], ?::text[]) as t(name, value)")) {
            setTexts(statement, before);
            statement.executeQuery().close();
        }
    }

    /** Closes at once, without a word to the server. Any thread may call it, also while another waits for an answer. */
    public void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("Aborting a connection failed", e);
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("Closing a connection failed", e);
        }
    }
}
