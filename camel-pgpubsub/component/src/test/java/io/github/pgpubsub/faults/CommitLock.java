package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.postgresql.PGConnection;

/**
 * Holds the server-wide lock that every commit with NOTIFY takes (PostgreSQL source, PreCommit_Notify) until it is closed: its
 * own commit waits for a synchronous standby that does not exist. Needs a server with {@link #SETTINGS}.
 */
final class CommitLock implements AutoCloseable {

    /** Only sessions that ask for it wait for the standby. */
    static final Map<String, String> SETTINGS = Map.of("synchronous_standby_names", "nobody", "synchronous_commit", "local");

    private final PostgresExtension postgres;
    private final Connection connection;
    private final int backend;
    private final Thread thread = new Thread(this::commit, "commit lock");

    private CommitLock(PostgresExtension postgres) throws SQLException {
        this.postgres = postgres;
        this.connection = postgres.connect();
        this.backend = connection.unwrap(PGConnection.class).getBackendPID();
    }

    /** Returns when this session has the lock, or queues for it behind other sessions. */
    static CommitLock take(PostgresExtension postgres) throws SQLException {
        CommitLock lock = new CommitLock(postgres);
        lock.thread.start();
        soon(() -> assertThat(postgres.strings("select wait_event from pg_stat_activity where pid = ?", lock.backend))
                .containsAnyOf("SyncRep", "object"));
        return lock;
    }

    /** Waits until another session waits for the lock. */
    static void awaitWaiting(PostgresExtension postgres, int backend) {
        soon(() -> assertThat(postgres.strings("select wait_event from pg_stat_activity where pid = ?", backend))
                .containsExactly("object"));
    }

    private void commit() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = on");
            // Only a transaction that has written waits for a standby.
            statement.execute("select pg_notify('commit lock', ''), pg_logical_emit_message(true, 'commit lock', '')");
        } catch (SQLException e) {
            // close() ends this session.
        }
    }

    void release() {
        postgres.strings("select pg_terminate_backend(?)", backend);
        try {
            thread.join();
            connection.close();
        } catch (InterruptedException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        release();
    }
}
