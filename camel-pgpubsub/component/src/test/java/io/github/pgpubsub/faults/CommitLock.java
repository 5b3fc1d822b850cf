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
 * Takes the one lock of a server that commits with NOTIFY wait for (PostgreSQL source, PreCommit_Notify), and keeps it until
 * it is closed: its own commit waits for a synchronous standby that does not exist. Needs a server with {@link #SETTINGS}.
 */
final class CommitLock implements AutoCloseable {

    /** Only who asks for it waits for the standby. */
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

    /** Returns when it has the lock, or waits for it behind those that wait already. */
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
            // Only who has written something waits for a standby.
            statement.execute("select pg_notify('commit lock', ''), pg_logical_emit_message(true, 'commit lock', '')");
        } catch (SQLException e) {
            // Ended by whoever closes this.
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
