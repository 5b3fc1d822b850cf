package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The requests of {@code Effects} as SQL, each in a transaction of its own. Belongs to the thread that opened it. After an exception that
 * is not {@link #isOver} the connection can be used.
 */
final class LogConnection implements AutoCloseable {

    /** read_only_sql_transaction. */
    private static final String REPLICA = "25006";

    /** Maximum time for one answer of the server. */
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);

    private final ServerConnection connection;
    private final Statements sql;
    private final Places places;
    private final Windows windows;
    private final UUID reader;
    private final @Nullable String run;
    /** Null: not asked yet. */
    private @Nullable String identity;

    /**
     * @param reader names the process for writers
     * @param leader what operators see as the group's leader
     */
    private LogConnection(ServerConnection connection, LogQueries queries, UUID reader, String leader) throws SQLException {
        this.connection = connection;
        this.sql = new Statements(connection, queries);
        this.places = new Places(sql, reader, leader);
        this.windows = new Windows(sql);
        this.reader = reader;
        this.run = connection.behindPooler() ? null : identity() + "/" + connection.server();
    }

    /**
     * Connects, and makes or checks the log.
     *
     * @param reader names the process for writers
     */
    static LogConnection open(ConnectionSource source, LogReaderOptions options, LogSchema schema, LogQueries queries,
            UUID reader)
            throws SQLException {
        ServerConnection opened = ServerConnection.openDurable(source, options.name(), IO_TIMEOUT, options.customizer());
        try {
            if (opened.inRecovery()) {
                throw new SQLException("The server " + source + " is a replica (pg_is_in_recovery): kept messages are read from"
                        + " the primary. Name the primary, or several hosts with targetServerType=primary", REPLICA);
            }
            if (!opened.behindPooler()) {
                opened.set(Map.of("idle_session_timeout", "0"));
            }
            schema.prepare(opened.jdbc(), options.create(), LogSchema.Use.RECEIVE);
            return new LogConnection(opened, queries, reader, options.name());
        } catch (SQLException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** Whether a connection can't be used after this failure. */
    static boolean isOver(SQLException failure) {
        return ConnectionFailure.isLoss(failure) || isReadOnly(failure);
    }

    /** Whether the database accepts connections but no changes: a replica, or one whose disk is full. */
    static boolean isReadOnly(SQLException failure) {
        return REPLICA.equals(failure.getSQLState());
    }

    int backend() {
        return connection.backend();
    }

    Places places() {
        return places;
    }

    Windows windows() {
        return windows;
    }

    /** Which database of which cluster this is: asked once, for all groups. */
    String identity() throws SQLException {
        String known = identity;
        if (known == null) {
            known = sql.single(Statement.IDENTITY, row -> row.getString(1));
            if (known == null) {
                throw new IllegalStateException("The statement always returns a row");
            }
            identity = known;
        }
        return known;
    }

    /**
     * Names the run of the server that this connection leads to, from the server's start to its stop. Null: behind a pooler each transaction
     * may be another server's.
     */
    @Nullable
    String run() {
        return run;
    }

    /** Has requests wait longer for locks than a connection may that several groups share. */
    void awaitLocks(Duration longest) throws SQLException {
        connection.set(Map.of("lock_timeout", String.valueOf(longest.toMillis())));
    }

    /** See {@link Rotation#run}. */
    void rotate(Rotation rotation, Duration longest) throws SQLException {
        rotation.run(connection.jdbc(), longest);
    }

    /** Behind a pooler there is no session that could hold the lock. */
    boolean sleep(String channel) throws SQLException {
        return !connection.behindPooler()
                && Boolean.TRUE.equals(sql.single(Statement.SLEEP, row -> row.getBoolean(1), reader.toString(), channel));
    }

    void awake(String channel) throws SQLException {
        sql.single(Statement.AWAKE, row -> row.getBoolean(1), reader.toString(), channel);
    }

    /** For any thread. */
    void abort() {
        connection.abort();
    }

    @Override
    public void close() {
        connection.close();
    }
}
