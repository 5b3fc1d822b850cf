package io.github.pgpubsub.faults.kept;

import io.github.pgpubsub.history.kept.KeptEvent.Stage;
import io.github.pgpubsub.history.kept.KeptNumber;
import io.github.pgpubsub.history.kept.KeptRecorder;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Applications that write with plain SQL: each transaction raises the counters of some keys, in their order, so that their rows are
 * locked, and writes the messages after. Delays before and after each step are random, some transactions and some savepoints are rolled
 * back. The table {@code sent} gets a row with each message, in its transaction.
 */
final class KeptWriters implements AutoCloseable {

    private static final int KEYS = 400;
    private static final int THREADS = 8;
    private static final int MOST = 6;

    /** Where they write, from one failure to the next. */
    interface Connections {
        Connection open() throws SQLException;
    }

    private final Connections connections;
    private final KeptRecorder recorder;
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final long nanosEach;

    private KeptWriters(Connections connections, KeptRecorder recorder, int perSecond, long seed) {
        this.connections = connections;
        this.recorder = recorder;
        nanosEach = TimeUnit.SECONDS.toNanos(THREADS) / perSecond;
        for (int i = 0; i < THREADS; i++) {
            Writer writer = new Writer("w" + i, new Random(seed * 31 + i));
            threads.add(new Thread(writer, writer.name));
        }
    }

    /** Tables that writers and receivers use. */
    static void createTables(PostgresExtension postgres) {
        postgres.execute("drop table if exists counter, sent, effect;"
                + " create table counter (key text primary key, number bigint not null) with (fillfactor = 50);"
                + " insert into counter select 'k' || lpad(i::text, 3, '0'), 0 from generate_series(0, " + (KEYS - 1) + ") i;"
                + " create table sent (name text primary key, key text not null, number bigint not null);"
                + " create table effect (grp text not null, name text not null, key text not null, number bigint not null)");
    }

    /** From now on. */
    static KeptWriters start(Connections connections, KeptRecorder recorder, int perSecond, long seed) {
        KeptWriters writers = new KeptWriters(connections, recorder, perSecond, seed);
        writers.threads.forEach(Thread::start);
        return writers;
    }

    /** Returns when all transactions have ended. */
    @Override
    public void close() {
        over.set(true);
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(60));
                if (thread.isAlive()) {
                    throw new IllegalStateException(thread + " does not end");
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Writer implements Runnable {

        private final String name;
        private final Random random;
        private long count;

        Writer(String name, Random random) {
            this.name = name;
            this.random = random;
        }

        @Override
        public void run() {
            while (!over.get()) {
                try (Connection connection = connections.open()) {
                    connection.setAutoCommit(false);
                    writeWith(connection);
                } catch (SQLException e) {
                    // The server is gone, or was for a moment.
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                }
            }
        }

        private void writeWith(Connection connection) throws SQLException {
            long due = System.nanoTime();
            while (!over.get()) {
                List<KeptNumber> messages = new ArrayList<>();
                boolean rollBack = random.nextInt(8) == 0;
                try {
                    write(connection, messages, 1 + random.nextInt(MOST));
                    pause(3);
                } catch (SQLException e) {
                    // Nobody has asked for a commit.
                    messages.forEach(each -> recorder.written(Stage.ROLLED_BACK, each));
                    throw e;
                }
                if (rollBack) {
                    messages.forEach(each -> recorder.written(Stage.ROLLED_BACK, each));
                    connection.rollback();
                } else {
                    commit(connection, messages);
                }
                due += nanosEach * Math.max(1, messages.size());
                due = Math.max(due, System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(200));
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }

        private void commit(Connection connection, List<KeptNumber> messages) throws SQLException {
            try {
                connection.commit();
            } catch (SQLException e) {
                messages.forEach(each -> recorder.written(Stage.UNKNOWN, each));
                throw e;
            }
            messages.forEach(each -> recorder.written(Stage.COMMITTED, each));
        }

        private void write(Connection connection, List<KeptNumber> messages, int number) throws SQLException {
            if (random.nextInt(3) == 0) {
                try (PreparedStatement early = connection.prepareStatement("select pg_current_xact_id()")) {
                    early.execute();
                }
                pause(3);
            }
            int key = random.nextInt(KEYS / MOST);
            for (int i = 0; i < number; i++) {
                Savepoint savepoint = random.nextInt(5) == 0 ? connection.setSavepoint() : null;
                KeptNumber message = raise(connection, "k%03d".formatted(key));
                key += 1 + random.nextInt(KEYS / MOST);
                recorder.written(Stage.SENDING, message);
                insert(connection, message);
                if (savepoint != null && random.nextBoolean()) {
                    connection.rollback(savepoint);
                    recorder.written(Stage.ROLLED_BACK, message);
                } else {
                    messages.add(message);
                }
            }
        }

        private KeptNumber raise(Connection connection, String key) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(
                    "update counter set number = number + 1 where key = ? returning number")) {
                update.setString(1, key);
                try (ResultSet row = update.executeQuery()) {
                    row.next();
                    return new KeptNumber(name + "-" + ++count, key, row.getLong(1));
                }
            }
        }

        private void insert(Connection connection, KeptNumber message) throws SQLException {
            pause(1);
            boolean byFunction = random.nextInt(4) == 0;
            String into = byFunction ? "select pgpubsub.publish(?, ?, key => ?)"
                    : "insert into pgpubsub.message (channel, payload, key) values (?, ?, ?)";
            try (PreparedStatement insert = connection.prepareStatement(into);
                    PreparedStatement sent = connection.prepareStatement("insert into sent values (?, ?, ?)")) {
                insert.setString(1, KeptNode.CHANNEL);
                insert.setString(2, message.toString());
                insert.setString(3, message.key());
                insert.execute();
                sent.setString(1, message.name());
                sent.setString(2, message.key());
                sent.setLong(3, message.number());
                sent.execute();
            }
        }

        /** Mostly none. */
        private void pause(int mostMillis) {
            if (random.nextInt(4) == 0) {
                LockSupport.parkNanos((long) (random.nextDouble() * TimeUnit.MILLISECONDS.toNanos(mostMillis)));
            }
        }
    }
}
