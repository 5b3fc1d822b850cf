package io.github.pgpubsub.internal.connection;

import io.github.pgpubsub.connect.ConnectionSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects a pooler that assigns a backend to each transaction (PgBouncer's {@code pool_mode=transaction}), as opposed to each
 * connection ({@code session}). LISTEN and advisory locks belong to a backend: behind a transaction pooler they appear to work,
 * and are lost.
 */
public final class TransactionPooler {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionPooler.class);

    private static final int LOOKS = 5;

    private static final String BACKEND = "select pg_catalog.pg_backend_pid()";

    private TransactionPooler() {}

    /**
     * Refuses a connection that does not keep its backend, which a second connection of the source finds out.
     *
     * @throws IllegalArgumentException when the backend changes
     * @throws SQLException             when the first connection fails
     */
    public static void refuse(ServerConnection connection, ConnectionSource source, Duration ioTimeout) throws SQLException {
        if (connection.behindPooler() && sharesBackend(connection, source, ioTimeout)) {
            throw refusal(source);
        }
    }

    /** The exception for a transaction pooler, with a text that says what to set instead. */
    public static IllegalArgumentException refusal(ConnectionSource source) {
        return new IllegalArgumentException("The connection to " + source
                + " leads through a pooler that changes its backend with"
                + " each transaction (pool_mode=transaction or statement), so it can neither LISTEN nor hold a lock. Name the server"
                + " itself, or a pool with pool_mode=session, in the option url; dataSource may go through the pooler to publish");
    }

    private static boolean sharesBackend(ServerConnection connection, ConnectionSource source, Duration ioTimeout)
            throws SQLException {
        try (Connection other = source.open()) {
            PGConnection pg = other.unwrap(PGConnection.class);
            JdbcSettings former = JdbcSettings.of(other, pg);
            try {
                JdbcSettings.setNetworkTimeout(other, ioTimeout);
                other.setAutoCommit(true);
                return changesBackend(connection, other);
            } finally {
                giveBack(other, pg, former);
            }
        } catch (SQLException e) {
            if (!connection.jdbc().isValid((int) Math.max(1, ioTimeout.toSeconds()))) {
                throw e;
            }
            LOG.debug("No second connection to {}, so its pooler can't be checked", source, e);
            return false;
        }
    }

    private static void giveBack(Connection connection, PGConnection pg, JdbcSettings former) {
        try {
            former.putBack(connection, pg);
        } catch (SQLException e) {
            LOG.debug("A connection could not be reset, so the pool gets it back aborted", e);
            ServerConnection.abort(pg);
        }
    }

    /**
     * Whether the first connection gets another backend, or the second connection gets the first one's. The first connection asks
     * twice in a row: with two backends in turn (server_round_robin=1), the first connection could always get the one and the
     * second connection the other. The check is repeated because the pooler may have more clients.
     */
    private static boolean changesBackend(ServerConnection connection, Connection other) throws SQLException {
        for (int i = 0; i < LOOKS; i++) {
            int once = backend(connection.jdbc());
            int again = backend(connection.jdbc());
            if (once != connection.backend() || again != connection.backend() || backend(other) == connection.backend()) {
                return true;
            }
        }
        return false;
    }

    private static int backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(BACKEND)) {
            row.next();
            return row.getInt(1);
        }
    }
}
