package io.github.pgpubsub.faults;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends 1, 2, 3… from plain SQL, as steadily as it can: a transaction each 10 ms. */
final class Numbers implements AutoCloseable {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Connection connection;
    private final PreparedStatement statement;
    private final int perTransaction;
    private final Thread thread = new Thread(this::run, "numbers");
    private volatile boolean stopping;
    private volatile long sent;
    private volatile SQLException failure;

    private Numbers(Connection connection, String channel, int perSecond) throws SQLException {
        this.connection = connection;
        this.perTransaction = perSecond / 100;
        this.statement = connection.prepareStatement(
                "select count(pg_notify(?, n::text)) from generate_series(?::bigint, ?::bigint) n");
        statement.setString(1, channel);
    }

    static Numbers start(PostgresExtension postgres, String channel, int perSecond) {
        try {
            Numbers numbers = new Numbers(postgres.connect(), channel, perSecond);
            numbers.thread.start();
            return numbers;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run() {
        long next = System.nanoTime();
        try {
            while (!stopping) {
                statement.setLong(2, sent + 1);
                statement.setLong(3, sent + perTransaction);
                statement.executeQuery().close();
                sent += perTransaction;
                next += PERIOD_NANOS;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (SQLException e) {
            failure = e;
        }
    }

    /** The last number that is committed. */
    long sent() {
        return sent;
    }

    /** Ends; the last number is committed then. */
    long stop() {
        stopping = true;
        try {
            thread.join();
            connection.close();
        } catch (InterruptedException | SQLException e) {
            throw new IllegalStateException(e);
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
        return sent;
    }

    @Override
    public void close() {
        if (!stopping) {
            stop();
        }
    }
}
