package io.github.pgpubsub.internal.connection;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.socket.EagerSocket;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

    /** A driver's name for an application that gives none. */
    private static final List<String> NAMELESS = List.of("", "PostgreSQL JDBC Driver");
    /** Where pg_settings says that a parameter's value comes from, if it was set on the connection itself. */
    private static final List<String> SET_BY_USER = List.of("client", "session");

    private static final String HELLO = """
            select pg_catalog.pg_backend_pid(),
                (extract(epoch from pg_catalog.pg_postmaster_start_time()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
                (extract(epoch from pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.pg_postmaster_start_time())
                    operator(pg_catalog.*) 1000000)::pg_catalog.int8,
                pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('application_name'),
                (select source from pg_catalog.pg_settings where name operator(pg_catalog.=) 'synchronous_commit')""";

    private static final String CLIENT_PORT = "select pg_catalog.inet_client_port()";

    private static final String LET_GO = "UNLISTEN *; select pg_catalog.pg_advisory_unlock_all()";

    private final Connection connection;
    private final PGConnection pg;
    private final boolean pooled;
    /** Null: the connection's socket is not one of ours. */
    private final @Nullable EagerSocket socket;
    private final boolean customized;
    private final JdbcSettings former;
    private final ServerParameters parameters;
    private final int backend;
    private final String server;
    private final long serverUptime;
    private final boolean inRecovery;
    private final boolean behindPooler;
    private final long openedAt = System.nanoTime();
    private volatile boolean aborted;

    private ServerConnection(Connection connection, PGConnection pg, boolean pooled, Duration ioTimeout, String applicationName,
            @Nullable ConnectionCustomizer customizer, boolean durable) throws SQLException {
        this.connection = connection;
        this.pooled = pooled;
        this.pg = pg;
        this.former = JdbcSettings.of(connection, pg);
        this.parameters = new ServerParameters(connection);
        this.socket = EagerSocket.below(() -> JdbcSettings.setNetworkTimeout(connection, ioTimeout));
        connection.setAutoCommit(true);
        customized = customizer != null;
        if (customizer != null) {
            customizer.customize(connection);
        }
        Map<String, String> introduction = new LinkedHashMap<>();
        try (PreparedStatement hello = connection.prepareStatement(HELLO); ResultSet row = hello.executeQuery()) {
            row.next();
            backend = row.getInt(1);
            server = row.getString(2);
            serverUptime = TimeUnit.MICROSECONDS.toNanos(row.getLong(3));
            inRecovery = row.getBoolean(4);
            behindPooler = pg.getBackendPID() != backend;
            if (NAMELESS.contains(row.getString(5))) {
                introduction.put("application_name", applicationName);
            }
            if (!durable && !behindPooler && !SET_BY_USER.contains(row.getString(6))) {
                introduction.put("synchronous_commit", "off");
            }
        }
        if (behindPooler) {
            // Prepared on one backend, a statement may be looked for on another.
            pg.setPrepareThreshold(0);
        }
        introduce(introduction);
    }

    /**
     * A name that the user has given stays. Commits don't wait for the disk, nor for replicas: what is committed here is nothing
     * but notifications, and those are in no log; none outlives a crash of the server however its commit was made (PostgreSQL
     * source, async.c). Whoever has set that parameter on the connection itself, keeps it.
     */
    private void introduce(Map<String, String> introduction) throws SQLException {
        try {
            parameters.set(introduction);
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                throw e;
            }
            LOG.debug("The connection has no name, and commits wait for the disk", e);
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
            ConnectionSource source, String applicationName, Duration ioTimeout, @Nullable ConnectionCustomizer customizer)
            throws SQLException {
        return open(source, applicationName, ioTimeout, customizer, false);
    }

    /** As {@link #open}, for more than notifications: commits wait as the server, the role or the user have set it. */
    public static ServerConnection openDurable(
            ConnectionSource source, String applicationName, Duration ioTimeout, @Nullable ConnectionCustomizer customizer)
            throws SQLException {
        return open(source, applicationName, ioTimeout, customizer, true);
    }

    private static ServerConnection open(ConnectionSource source, String applicationName, Duration ioTimeout,
            @Nullable ConnectionCustomizer customizer, boolean durable) throws SQLException {
        Connection connection = source.open();
        if (connection == null) {
            throw new SQLException("No connection from " + source);
        }
        PGConnection pg;
        try {
            pg = driver(connection);
        } catch (SQLException | RuntimeException | Error e) {
            closeQuietly(connection);
            throw e;
        }
        try {
            return new ServerConnection(connection, pg, source.pooled(), ioTimeout, applicationName, customizer, durable);
        } catch (SQLException | RuntimeException | Error e) {
            // Whoever has it next must not get what was changed so far.
            abort(pg);
            closeQuietly(connection);
            throw e;
        }
    }

    private static PGConnection driver(Connection connection) throws SQLException {
        if (!connection.isWrapperFor(PGConnection.class)) {
            throw new IllegalArgumentException("The dataSource does not lead to PostgreSQL's own JDBC driver but to a "
                    + connection.getClass().getName());
        }
        return connection.unwrap(PGConnection.class);
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
        try (PreparedStatement statement = connection.prepareStatement(CLIENT_PORT);
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
            assert socket != null;
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

    /** Says so in the log when a failure means that the pool has closed the connection although it is in use. */
    public void tellIfClosedByPool(Exception failure) {
        if (pooled && !aborted && ConnectionFailure.isClosedHere(failure)) {
            LOG.warn("The pool has closed a connection that was in use for {} s. Listening keeps its connection, which pools take"
                    + " for a leak where they look for one (removeAbandoned of Tomcat's, unreturnedConnectionTimeout of c3p0). Name"
                    + " the database as url, or give a dataSource without that, or with jdbcInterceptors=ResetAbandonedTimer",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - openedAt));
        }
    }

    /** Sets parameters of the server for as long as the connection is ours; leaves out what this version does not know. */
    public void set(Map<String, String> values) throws SQLException {
        parameters.set(values);
    }

    /**
     * Closes the connection. To a pool it goes back as it came: without LISTENs, locks and notifications, and with the settings
     * that it had. (DISCARD ALL would undo the pool's own, too.) What a customizer has done to it nobody knows, so then the pool
     * gets a broken one, which it replaces. Never throws.
     */
    @Override
    public void close() {
        if (pooled) {
            try {
                giveBack();
            } catch (Throwable e) {
                // What can't be cleaned must not be used by others.
                LOG.debug("A connection is given back broken", e);
                abort();
            }
        }
        closeQuietly(connection);
        if (!pooled && socket != null) {
            closeQuietly(socket);
        }
    }

    private void giveBack() throws SQLException {
        if (customized) {
            abort();
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(LET_GO);
        }
        parameters.putBack();
        pg.getNotifications();
        former.putBack(connection, pg);
    }

    /** Closes at once, without a word to the server. Any thread may call it, also while another waits for an answer. */
    public void abort() {
        aborted = true;
        abort(pg);
    }

    /** The driver's connection, not the pool's: two of the pools never give out another for one that was aborted. */
    static void abort(PGConnection connection) {
        try {
            ((Connection) connection).abort(Runnable::run);
        } catch (Throwable e) {
            LOG.debug("Aborting a connection failed", e);
        }
    }

    /** A driver that runs out of memory while it closes takes itself for closed, and its session would go on and keep its locks. */
    private static void closeQuietly(AutoCloseable connection) {
        try {
            connection.close();
        } catch (Throwable e) {
            LOG.debug("Closing a connection failed", e);
        }
    }
}
