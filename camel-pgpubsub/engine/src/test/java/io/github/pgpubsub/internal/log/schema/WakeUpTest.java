package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** A writer notifies only who sleeps, and no wake-up is lost. */
class WakeUpTest {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(Map.of("max_prepared_transactions", "5"));

    private static final String LOCKS = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()";

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    @BeforeEach
    void reset() {
        KeptLog.reset(postgres);
    }

    private static void readers(int number, String channel) {
        postgres.execute("insert into pgpubsub.subscriber (channel, grp, reader) select '" + channel
                + "', i::text, gen_random_uuid() from generate_series(1, " + number + ") i");
    }

    @Test
    void aWriterHoldsTheLockOfEachReaderUntilItsCommit() throws SQLException {
        readers(8, "c");
        readers(3, "other");
        try (Writer writer = Writer.of(postgres)) {
            writer.write("c", "a");
            assertThat(writer.value(LOCKS)).isEqualTo("8");
            writer.write("nobody reads", "a");
            assertThat(writer.value(LOCKS)).isEqualTo("8");
            writer.commit();
            assertThat(writer.value(LOCKS)).isEqualTo("0");
        }
    }

    /** What it reads must not be what readers update all the time: with a snapshot held, that gets slower with each update. */
    @Test
    void aWriterReadsWhoReadsAndNoPlace() throws SQLException {
        postgres.strings("select no from pgpubsub.join_group('c', 'g')");
        readers(2, "c");
        try (Writer writer = Writer.of(postgres)) {
            writer.write("c", "a");
            assertThat(writer.value("select string_agg(relname, ' ' order by relname) from pg_stat_xact_user_tables"
                    + " where schemaname = 'pgpubsub' and coalesce(seq_scan, 0) + coalesce(idx_scan, 0) > 0"))
                    .isEqualTo("subscriber");
            assertThat(writer.value("select string_agg(relname, ' ' order by relname) from pg_stat_xact_user_tables"
                    + " where schemaname = 'pgpubsub' and n_tup_ins + n_tup_upd + n_tup_del > 0")).matches("message_\\d");
        }
    }

    /** A lock each would fill the server's lock table. */
    @Test
    void manyReadersAreNotifiedWithoutLocks() throws SQLException {
        readers(1500, "c");
        try (Writer writer = Writer.of(postgres); Connection listener = listen(LogQueries.WAKE_ALL)) {
            writer.write("c", "a");
            writer.write("c", "b");
            assertThat(writer.value(LOCKS)).isEqualTo("0");
            writer.commit();
            PGNotification[] notifications = listener.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(notifications).hasSize(1);
            assertThat(notifications[0].getParameter()).isEqualTo("c");
        }
    }

    @Test
    void aTransactionTakesFewLocks() throws SQLException {
        postgres.execute("insert into pgpubsub.subscriber (channel, grp, reader) select 'c' || i, 'g', gen_random_uuid()"
                + " from generate_series(1, 500) i");
        try (Writer writer = Writer.of(postgres); Connection listener = listen(LogQueries.WAKE_ALL)) {
            for (int i = 1; i <= 100; i++) {
                writer.write("c" + i, "a");
            }
            assertThat(Integer.parseInt(writer.value(LOCKS))).isBetween(60, 64);
            writer.execute("insert into pgpubsub.message (channel) select 'c' || i from generate_series(1, 500) i");
            assertThat(Integer.parseInt(writer.value(LOCKS))).isBetween(60, 64);
            writer.commit();
            assertThat(listener.unwrap(PGConnection.class).getNotifications(10_000)).isNotEmpty();
        }
    }

    @Test
    void copyAndPublishWakeToo() throws Exception {
        UUID reader = UUID.randomUUID();
        postgres.execute("insert into pgpubsub.subscriber (channel, grp, reader) values ('c', 'g', '" + reader + "')");
        try (Connection listener = listen(LogQueries.WAKE_PREFIX + reader); Connection writer = postgres.connect()) {
            assertThat(sleepLock(listener, reader, true)).isTrue();
            writer.unwrap(PGConnection.class).getCopyAPI().copyIn("copy pgpubsub.message (channel, payload) from stdin",
                    new java.io.StringReader("c\ta\nc\tb\n"));
            assertThat(listener.unwrap(PGConnection.class).getNotifications(10_000)).hasSize(1);
            writer.createStatement().execute("select pgpubsub.publish('c', 'a')");
            assertThat(listener.unwrap(PGConnection.class).getNotifications(10_000)).hasSize(1);
            writer.createStatement().execute("set pgpubsub.wake_up = none; select pgpubsub.publish('c', 'a')");
            writer.createStatement().execute("reset pgpubsub.wake_up; select pgpubsub.publish('c', 'last')");
            assertThat(listener.unwrap(PGConnection.class).getNotifications(10_000)).hasSize(1);
        }
    }

    /** PREPARE TRANSACTION refuses what has notified. */
    @Test
    void aTransactionThatWakesNobodyCanBePrepared() throws SQLException {
        UUID reader = UUID.randomUUID();
        postgres.execute("insert into pgpubsub.subscriber (channel, grp, reader) values ('c', 'g', '" + reader + "')");
        try (Connection sleeper = postgres.connect(); Connection xa = postgres.connect()) {
            sleepLock(sleeper, reader, true);
            String write = "insert into pgpubsub.message (channel) values ('c'); prepare transaction 'kept'";
            assertThatThrownBy(() -> xa.createStatement().execute("begin; " + write)).hasMessageContaining("NOTIFY");
            xa.createStatement().execute("rollback; begin; set local pgpubsub.wake_up = none; " + write);
            assertThat(postgres.number("select count(*) from pg_locks where locktype = 'advisory' and mode = 'ShareLock'"))
                    .isZero();
            xa.createStatement().execute("commit prepared 'kept'");
        }
    }

    /** A setting that anybody can set to anything must not fail the writer. */
    @Test
    void aStrangeSettingDoesNoHarm() throws SQLException {
        readers(1, "c");
        try (Writer writer = Writer.of(postgres)) {
            writer.execute("set pgpubsub.wake_up_locks = 'many'");
            writer.write("c", "a");
            assertThat(writer.value(LOCKS)).isEqualTo("1");
        }
    }

    /** PostgreSQL 17 and later can have a small queue; before, half of 8 GB would have to be filled. */
    @Tag("long")
    @Test
    void aQueueThatIsHalfFullGetsNothingMore() throws Exception {
        assumeTrue(postgres.number("select current_setting('server_version_num')") >= 170_000);
        postgres.execute("alter system set max_notify_queue_pages = 64");
        postgres.server().stop();
        postgres.server().startAgain();
        UUID reader = UUID.randomUUID();
        postgres.execute("insert into pgpubsub.subscriber (channel, grp, reader) values ('c', 'g', '" + reader + "')");
        try (Connection sleeper = postgres.connect(); Connection laggard = listen("full"); Writer writer = Writer.of(postgres)) {
            sleepLock(sleeper, reader, true);
            laggard.setAutoCommit(false);
            laggard.createStatement().execute("select 1");
            while (postgres.number("select (pg_notification_queue_usage() * 100)::int") <= 50) {
                postgres.execute("select count(pg_notify('full', i || repeat('x', 7000))) from generate_series(1, 4) i");
            }
            long full = postgres.number("select (pg_notification_queue_usage() * 1000000)::int");
            writer.write("c", "a");
            writer.commit();
            assertThat(postgres.number("select (pg_notification_queue_usage() * 1000000)::int")).isEqualTo(full);
            assertThat(postgres.number("select count(*) from pgpubsub.message")).isEqualTo(1);
        }
    }

    /** A NOTIFY would fail the commit. */
    @Tag("long")
    @Test
    void aFullQueueFailsNoWriter() throws Exception {
        assumeTrue(postgres.number("select current_setting('server_version_num')") >= 170_000);
        postgres.execute("alter system set max_notify_queue_pages = 64");
        postgres.server().stop();
        postgres.server().startAgain();
        UUID id = UUID.randomUUID();
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now");
                Connection laggard = listen("full");
                Writer writer = Writer.of(postgres)) {
            reader.execute("update pgpubsub.subscriber set reader = '" + id + "'");
            sleepLock(reader.connection, id, true);
            laggard.setAutoCommit(false);
            laggard.createStatement().execute("select 1");
            assertThatThrownBy(() -> {
                for (int i = 0; i < 10_000; i++) {
                    postgres.execute("select count(pg_notify('full', i || repeat('x', 7000))) from generate_series(1, 4) i");
                }
            }).hasStackTraceContaining("too many notifications in the NOTIFY queue");
            writer.write("c", "a");
            writer.commit();
            // By its poll.
            assertThat(reader.read()).containsExactly("a");
        }
    }

    /** Without any poll: a sleeper whose time runs out has missed a wake-up. */
    @Tag("long")
    @Test
    void noWakeUpIsLost() throws Exception {
        int writers = 4;
        int commits = 100;
        int enough = 10;
        AtomicInteger sleeps = new AtomicInteger();
        UUID id = UUID.randomUUID();
        ExecutorService threads = Executors.newFixedThreadPool(writers + 1);
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            reader.execute("update pgpubsub.subscriber set reader = '" + id + "'; listen \"" + LogQueries.WAKE_PREFIX + id + '"');
            List<Future<Integer>> ends = IntStream.range(0, writers).mapToObj(w -> threads.submit(() -> {
                Random random = new Random(w);
                try (Writer writer = Writer.of(postgres)) {
                    int i = 0;
                    // Until the reader has slept often enough, however seldom a slow machine lets it.
                    for (; i < commits || sleeps.get() <= enough; i++) {
                        writer.write("c", w + "/" + i);
                        Thread.sleep(random.nextInt(3));
                        writer.commit();
                        // The pace of the writer, in which the reader can fall asleep. Nothing is expected of the time.
                        Thread.sleep(random.nextInt(i < commits ? 80 : 400));
                    }
                    return i;
                }
            })).toList();
            Future<Integer> written = threads.submit(() -> {
                int all = 0;
                for (Future<Integer> end : ends) {
                    all += end.get();
                }
                try (Writer writer = Writer.of(postgres)) {
                    writer.write("c", "the end");
                    writer.commit();
                }
                return all + 1;
            });
            List<String> received = new ArrayList<>();
            int notified = 0;
            while (!received.contains("the end")) {
                int before = received.size();
                received.addAll(reader.read());
                if (received.size() > before || !sleepLock(reader.connection, id, true)) {
                    continue;
                }
                received.addAll(reader.read());
                if (received.size() == before) {
                    sleeps.incrementAndGet();
                    PGNotification[] woken = reader.connection.unwrap(PGConnection.class).getNotifications(10_000);
                    assertThat(woken).as("a wake-up, %s received", received.size()).isNotEmpty();
                    notified += woken.length;
                }
                sleepLock(reader.connection, id, false);
            }
            System.out.println(sleeps + " sleeps, " + notified + " notifications, " + received.size() + " commits");
            assertThat(received).hasSize(written.get()).doesNotHaveDuplicates();
            assertThat(sleeps).hasValueGreaterThan(enough);
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean sleepLock(Connection connection, UUID reader, boolean take) throws SQLException {
        try (java.sql.PreparedStatement statement = connection
                .prepareStatement(new LogQueries("pgpubsub").sql(take ? Statement.SLEEP : Statement.AWAKE))) {
            statement.setString(1, reader.toString());
            statement.setString(2, "c");
            try (java.sql.ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static Connection listen(String channel) throws SQLException {
        Connection connection = postgres.connect();
        connection.createStatement().execute("listen \"" + channel + '"');
        return connection;
    }
}
