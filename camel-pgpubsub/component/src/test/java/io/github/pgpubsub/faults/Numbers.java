package io.github.pgpubsub.faults;

import io.github.pgpubsub.history.HistoryWriter;
import io.github.pgpubsub.history.Numbered;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends 1, 2, 3… by plain SQL, as steadily as possible: one transaction every 10 ms. Each number is sent once. When the
 * connection breaks, the sender continues with the next numbers on a new one.
 */
final class Numbers implements AutoCloseable {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final PostgresExtension postgres;
    private final String channel;
    private final String sender;
    /** Null if the run is not judged. */
    private final HistoryWriter history;
    private final boolean reconnects;
    private final int perTransaction;
    private final Thread thread = new Thread(this::run, "numbers");
    private Connection connection;
    private PreparedStatement statement;
    private volatile boolean stopping;
    private volatile long sent;
    private volatile SQLException failure;

    private Numbers(PostgresExtension postgres, String channel, int perSecond, HistoryWriter history, String sender,
            boolean reconnects) throws SQLException {
        this.postgres = postgres;
        this.channel = channel;
        this.perTransaction = perSecond / 100;
        this.history = history;
        this.sender = sender;
        this.reconnects = reconnects;
        connect();
    }

    /** A sender for which a lost connection is a failure. */
    static Numbers start(PostgresExtension postgres, String channel, int perSecond) {
        return start(postgres, channel, perSecond, null, Numbered.onlySender(), false);
    }

    /** The same, with a history. */
    static Numbers start(PostgresExtension postgres, String channel, int perSecond, HistoryWriter history) {
        return start(postgres, channel, perSecond, history, Numbered.onlySender(), false);
    }

    /** One of several senders, which survive a lost connection. */
    static Numbers start(PostgresExtension postgres, String channel, int perSecond, HistoryWriter history, String sender) {
        return start(postgres, channel, perSecond, history, sender, true);
    }

    private static Numbers start(PostgresExtension postgres, String channel, int perSecond, HistoryWriter history, String sender,
            boolean reconnects) {
        try {
            Numbers numbers = new Numbers(postgres, channel, perSecond, history, sender, reconnects);
            numbers.thread.start();
            return numbers;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void connect() throws SQLException {
        connection = postgres.connect();
        statement = connection.prepareStatement(
                "select count(pg_notify(?, ? || n)) from generate_series(?::bigint, ?::bigint) n");
        statement.setString(1, channel);
        statement.setString(2, sender.equals(Numbered.onlySender()) ? "" : sender + ":");
    }

    private void run() {
        long next = System.nanoTime();
        try {
            while (!stopping) {
                send(sent + 1, sent + perTransaction);
                next = Math.max(next + PERIOD_NANOS, System.nanoTime() - TimeUnit.SECONDS.toNanos(1));
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (SQLException e) {
            failure = e;
        }
    }

    private void send(long first, long last) throws SQLException {
        if (history != null) {
            history.sending(sender, first, last);
        }
        try {
            statement.setLong(3, first);
            statement.setLong(4, last);
            statement.executeQuery().close();
            if (history != null) {
                history.committed(sender, first, last);
            }
        } catch (SQLException e) {
            if (!reconnects) {
                throw e;
            }
            history.unknown(sender, first, last);
            reconnect();
        }
        sent = last;
    }

    private void reconnect() {
        while (!stopping) {
            try {
                connection.close();
                connect();
                return;
            } catch (SQLException notYet) {
                LockSupport.parkNanos(RECONNECT_NANOS);
            }
        }
    }

    /** The last number that was sent, or attempted. */
    long sent() {
        return sent;
    }

    /** Ends the sender. All its numbers are committed then, unless its connection broke. */
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
