package io.github.pgpubsub.internal.connection;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.socket.EagerSocket;
import java.io.IOException;
import java.sql.Connection;
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
 * A connection that one thread owns: in autocommit mode, adjusted by the user's customizer, with a name in
 * {@code pg_stat_activity}, and with its backend and server identified.
 */
public final class ServerConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private static final PGNotification[] NOTHING = {};

    /** The driver's default application names. */
    private static final List<String> NAMELESS = List.of("", "PostgreSQL JDBC Driver");
    private static final String LET_GO = "UNLISTEN *; select pg_catalog.pg_advisory_unlock_all()";

    private final Connection connection;
    private final PGConnection pg;
    private final boolean pooled;
    /** Null: the connection's socket is not an {@link EagerSocket}. */
    private final @Nullable EagerSocket socket;
    private final boolean customized;
    /** Whether much may wait at the server that nobody has read. */
    private boolean backlog;
    private final JdbcSettings former;
    private final ServerParameters parameters;
    private final Introduction introduction;
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
        introduction = Introduction.of(connection);
        behindPooler = pg.getBackendPID() != introduction.backend();
        Map<String, String> settings = new LinkedHashMap<>();
        if (NAMELESS.contains(introduction.applicationName())) {
            settings.put("application_name", applicationName);
        }
        if (!durable && !behindPooler && !introduction.hasUsersCommits()) {
            settings.put("synchronous_commit", "off");
        }
        if (behindPooler) {
            // The pooler could send a prepared statement to a backend that does not know it.
            pg.setPrepareThreshold(0);
        }
        introduce(settings);
    }

    /**
     * Sets the application name, unless the user has set one, and turns off waiting for the disk and for replicas at a commit: the
     * commits here contain only notifications, which are in no log, and none survives a crash of the server anyway (PostgreSQL
     * source, async.c). A value of synchronous_commit that was set on the connection itself is kept.
     */
    private void introduce(Map<String, String> settings) throws SQLException {
        try {
            parameters.set(settings);
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e)) {
                throw e;
            }
            LOG.debug("The connection gets no application name, and its commits wait for the disk", e);
        }
    }

    /**
     * Opens a connection and prepares it. If that fails, the connection is closed.
     *
     * @param applicationName name in {@code pg_stat_activity} unless the user has set one; the server cuts it at 63 bytes
     * @param ioTimeout       maximum time for any answer of the server from here on
     * @param customizer      null: none
     * @throws SQLException             when the server is unreachable or refuses
     * @throws IllegalArgumentException when the connection is not from PostgreSQL's own driver
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
        } catch (Throwable e) {
            closeQuietly(connection);
            throw e;
        }
        try {
            return new ServerConnection(connection, pg, source.pooled(), ioTimeout, applicationName, customizer, durable);
        } catch (Throwable e) {
            // The pool must not give out a connection with half of these changes.
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

    /** Process id of the backend, as told by the server: behind a pooler the driver's number is not a real one. */
    public int backend() {
        return introduction.backend();
    }

    /** Identifies this run of this server, from its start to its stop: backend ids are meaningless in any other. */
    public String server() {
        return introduction.server();
    }

    /** The server's uptime when this connection was opened, in nanoseconds of the server's clock. */
    public long serverUptime() {
        return introduction.uptime();
    }

    /** Whether the server is a replica, which can neither LISTEN nor NOTIFY. */
    public boolean inRecovery() {
        return introduction.inRecovery();
    }

    /**
     * Whether a pooler is between the driver and the server: the backend that answers is not the backend whose id the driver was
     * given when it connected. The backend may change with each transaction.
     */
    public boolean behindPooler() {
        return behindPooler;
    }

    /**
     * Whether {@link #readAhead} opens the server's own TCP window: the socket is an {@link EagerSocket}, and the server sees its
     * port, so no proxy between reads at its own pace. False for a server on this host, for which nobody needs it.
     */
    public boolean canReadAhead() {
        return socket != null && !socket.isWithinHost(introduction.serverAddress()) && !behindPooler
                && introduction.clientPort() == socket.getLocalPort();
    }

    /** Limits the bytes that each {@link #readAhead} takes into memory. From then on it must be called often. */
    public void limitReadAhead() throws SQLException {
        try {
            assert socket != null;
            socket.limitReceiveBuffer();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * Reads into memory the bytes that have arrived, if some have been unread for {@code after}. The reading thread must call this
     * method often; then a server with {@code tcp_user_timeout} does not end the session of a slow or stopped reader.
     *
     * @param most maximum bytes to keep in memory
     * @return bytes in memory that were read ahead and not consumed yet; more than {@code most} if there are more
     */
    public long readAhead(Duration after, long most) throws SQLException {
        try {
            assert socket != null;
            return socket.readAhead(after.toNanos(), most);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private static SQLException lost(IOException failure) {
        return new SQLException("The connection was lost: " + ConnectionFailure.message(failure), "08006", failure);
    }

    /**
     * The notifications that the driver had already parsed when it threw an exception. Reads nothing from the socket: after a
     * failure the position within the protocol is unknown.
     */
    public PGNotification[] pending() {
        try {
            return pg instanceof BaseConnection driver ? driver.getQueryExecutor().getNotifications() : NOTHING;
        } catch (SQLException e) {
            LOG.debug("The driver does not return the notifications it has received", e);
            return NOTHING;
        }
    }

    /** Logs a warning if the failure means that the pool has closed a connection in use. */
    public void tellIfClosedByPool(Exception failure) {
        if (pooled && !aborted && ConnectionFailure.isClosedHere(failure)) {
            LOG.warn(
                    "The pool has closed a connection that was in use for {} s. Listening keeps a connection, and pools that look"
                            + " for leaks take it for one (removeAbandoned of Tomcat's pool, unreturnedConnectionTimeout of c3p0). Name the"
                            + " database as url, or give a dataSource without this check, or with jdbcInterceptors=ResetAbandonedTimer",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - openedAt));
        }
    }

    /** Sets server parameters until the connection is closed; parameters that this server version does not know are left out. */
    public void set(Map<String, String> values) throws SQLException {
        parameters.set(values);
    }

    /**
     * Closes the connection. A pool gets it back as it was: without LISTENs, locks and notifications, and with its former settings.
     * (DISCARD ALL would also reset the pool's own settings.) The changes of a customizer are unknown, so after a customizer the pool
     * gets an aborted connection, which it replaces; so it does after {@link #leavesBacklog}, because the driver would read the whole
     * backlog before the answer to UNLISTEN. Never throws.
     */
    @Override
    public void close() {
        if (pooled) {
            try {
                giveBack();
            } catch (Throwable e) {
                // A connection that can't be reset must not be used again.
                LOG.debug("A connection could not be reset, so the pool gets it back aborted", e);
                abort();
            }
        }
        closeQuietly(connection);
        if (!pooled && socket != null) {
            closeQuietly(socket);
        }
    }

    /** Notifications wait at the server. {@link #close} reads none of them: a pool gets the connection back aborted. */
    public void leavesBacklog() {
        backlog = true;
    }

    private void giveBack() throws SQLException {
        if (customized || backlog) {
            abort();
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(LET_GO + parameters.resets());
        }
        parameters.putBack();
        pg.getNotifications();
        former.putBack(connection, pg);
    }

    /** Whether {@link #abort} was called. Any thread may call this method. */
    public boolean isAborted() {
        return aborted;
    }

    /**
     * Whether an interrupt of a platform thread leaves the connection alone: its socket is the engine's own, and no channel, which an
     * interrupt would close.
     */
    public boolean ignoresInterrupts() {
        return socket != null;
    }

    /** Closes at once, without telling the server. Any thread may call this method, also while another one waits for an answer. */
    public void abort() {
        aborted = true;
        abort(pg);
    }

    /** Aborts the driver's connection and not the pool's: after an abort of theirs, two of the pools never open a replacement. */
    static void abort(PGConnection connection) {
        try {
            ((Connection) connection).abort(Runnable::run);
        } catch (Throwable e) {
            LOG.debug("Aborting a connection failed", e);
        }
    }

    /**
     * Also used for the socket: a driver that runs out of memory while closing considers itself closed, and the session on the
     * server would continue and keep its locks.
     */
    private static void closeQuietly(AutoCloseable connection) {
        try {
            connection.close();
        } catch (Throwable e) {
            LOG.debug("Closing a connection failed", e);
        }
    }
}
