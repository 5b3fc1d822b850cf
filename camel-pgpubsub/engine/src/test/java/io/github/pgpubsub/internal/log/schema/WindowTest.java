package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.internal.log.schema.HandReader.Row;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each committed message falls into exactly one window of a group, causes before effects; other transactions hold up nothing. */
class WindowTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    @BeforeEach
    void reset() {
        KeptLog.reset(postgres);
    }

    private static void write(String... payloads) throws SQLException {
        Writer.commitEach(postgres, payloads);
    }

    /** A cursor on the id would have lost it. */
    @Test
    void aStragglerComesInALaterWindow() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer straggler = Writer.of(postgres)) {
            straggler.write("c", "early");
            write("late");
            assertThat(reader.read()).containsExactly("late");
            assertThat(reader.read()).isEmpty();
            straggler.commit();
            assertThat(reader.read()).containsExactly("early");
            assertThat(reader.read()).isEmpty();
        }
    }

    /** It had its xid when the former window was opened, and drew its id only then. */
    @Test
    void aStragglerThatDrewItsIdInTimeOfAnEarlierWindow() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer straggler = Writer.of(postgres).begin()) {
            write("a", "b");
            assertThat(reader.read()).containsExactly("a", "b");
            straggler.write("c", "straggler");
            write("c");
            assertThat(reader.read()).containsExactly("c");
            straggler.commit();
            assertThat(reader.read()).containsExactly("straggler");
        }
    }

    /** Between the snapshot and the statement that stores it, a transaction begins, draws an id below upto_max_id, and commits. */
    @Test
    void whoBeginsBetweenTheSnapshotAndItsStoring() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer between = Writer.of(postgres)) {
            write("a");
            String snapshot = postgres.strings("select pg_current_snapshot()").get(0);
            between.write("c", "between");
            write("b");
            reader.openSlowly(snapshot, postgres.number("select pg_sequence_last_value('pgpubsub.message_id')"));
            assertThat(reader.read()).containsExactly("a");
            between.commit();
            assertThat(reader.read()).containsExactly("between", "b");
        }
    }

    /** The effect's transaction has the lower xid: the order (xid, id) would turn them round. */
    @Test
    void aCauseComesBeforeItsEffect() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer older = Writer.of(postgres).begin()) {
            write("cause");
            older.write("c", "effect");
            older.commit();
            assertThat(reader.read()).containsExactly("cause", "effect");
        }
    }

    /** A horizon at the oldest xid of the cluster would wait for it. */
    @Test
    void aWriterInAnotherDatabaseHoldsUpNothing() throws SQLException {
        try (Connection elsewhere = postgres.server().dataSource(postgres.server().database()).getConnection();
                HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            elsewhere.setAutoCommit(false);
            elsewhere.createStatement().execute("select pg_current_xact_id()");
            write("a");
            assertThat(reader.read()).containsExactly("a");
            write("b");
            assertThat(reader.read()).containsExactly("b");
            elsewhere.rollback();
            assertThat(reader.read()).isEmpty();
        }
    }

    @Test
    void savepointsNeedNoCare() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer writer = Writer.of(postgres)) {
            writer.execute("savepoint s");
            writer.write("c", "in a savepoint");
            writer.execute("release s; savepoint t");
            writer.write("c", "taken back");
            writer.execute("rollback to t");
            // A window ends in between: to its snapshot the subtransaction is no running transaction.
            write("other");
            assertThat(reader.read()).containsExactly("other");
            writer.write("c", "after it");
            assertThat(reader.read()).isEmpty();
            writer.commit();
            assertThat(postgres.strings("select distinct txid from pgpubsub.message where payload <> 'other'")).hasSize(1);
            assertThat(reader.read()).containsExactly("in a savepoint", "after it");
        }
    }

    @Test
    void whatIsRolledBackNeverComes() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer writer = Writer.of(postgres)) {
            writer.write("c", "a");
            assertThat(reader.read()).isEmpty();
            writer.rollback();
            write("b");
            assertThat(reader.read()).containsExactly("b");
        }
    }

    @Test
    void noWindowIsOpenedByATransactionThatHasWritten() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            reader.connection.setAutoCommit(false);
            reader.execute("select pg_current_xact_id()");
            assertThatThrownBy(reader::open).hasMessage("The transaction has an xid");
            reader.connection.commit();
        }
    }

    /** To a plain pg_current_snapshot() the transaction that asks would look committed, and its message be read. */
    @Test
    void aGroupSentToNowGetsWhatThatTransactionWrites() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer own = Writer.of(postgres)) {
            own.write("c", "own");
            write("before");
            own.execute("select pgpubsub.seek('c', 'g', 'now')");
            own.commit();
            reader.lead();
            assertThat(reader.read()).containsExactly("own");
        }
    }

    /**
     * Its own xid is lower than the writer's, which is not running to the snapshot but to come. So neither the xids of the snapshot nor the id
     * say that the message is unread.
     */
    @Test
    void aGroupSentToNowByATransactionThatHasWrittenMissesNoOpenWriter() throws SQLException {
        for (String start : List.of("now", "earliest")) {
            try (HandReader reader = HandReader.join(postgres, "c", start, "now");
                    Writer own = Writer.of(postgres).begin();
                    Writer open = Writer.of(postgres)) {
                open.write("c", "open");
                own.execute("select pgpubsub.seek('c', '" + start + "', '" + start + "')");
                own.commit();
                reader.lead();
                assertThat(reader.read()).isEmpty();
                open.commit();
                write("later");
                assertThat(reader.read()).as(start).containsExactly("open", "later");
            }
            KeptLog.reset(postgres);
        }
    }

    @Test
    void aGroupThatIsJoinedByATransactionThatHasWrittenMissesNoOpenWriter() throws SQLException {
        try (Writer own = Writer.of(postgres).begin(); Writer open = Writer.of(postgres)) {
            open.write("c", "open");
            own.execute("select pgpubsub.join_group('c', 'g', 'now')");
            own.commit();
            try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
                open.commit();
                write("later");
                assertThat(reader.read()).containsExactly("open", "later");
            }
        }
    }

    /** Its snapshot is older than the group: the trigger can't see who sleeps, and the next look finds the message. */
    @Test
    void aWriterWithAnOldSnapshotIsReadToo() throws SQLException {
        for (int isolation : List.of(Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE)) {
            try (Writer old = Writer.of(postgres)) {
                old.connection.setTransactionIsolation(isolation);
                old.value("select count(*) from pgpubsub.message");
                try (HandReader reader = HandReader.join(postgres, "c", "g" + isolation, "now")) {
                    write("a");
                    assertThat(reader.read()).containsExactly("a");
                    old.write("c", "old");
                    write("b");
                    assertThat(reader.read()).containsExactly("b");
                    old.commit();
                    assertThat(reader.read()).containsExactly("old");
                }
            }
        }
    }

    /** No trigger fires for it, but the row is a row. */
    @Test
    void whatIsWrittenToAPartitionByNameIsRead() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            postgres.execute(
                    "do $$ begin execute format('insert into pgpubsub.message_%s (channel, payload) values (''c'', ''direct'')',"
                            + " pg_sequence_last_value('pgpubsub.slot')); end $$");
            assertThat(reader.read()).containsExactly("direct");
        }
    }

    /** One statement, many rows, in the order in which they were given. */
    @Test
    void whatIsCopiedIsReadInItsOrder() throws Exception {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Connection writer = postgres.connect()) {
            StringBuilder lines = new StringBuilder();
            List<String> expected = IntStream.range(0, 500).mapToObj(String::valueOf).toList();
            expected.forEach(each -> lines.append("c\t").append(each).append('\n'));
            writer.unwrap(org.postgresql.PGConnection.class).getCopyAPI().copyIn(
                    "copy pgpubsub.message (channel, payload) from stdin", new java.io.StringReader(lines.toString()));
            assertThat(reader.read()).isEqualTo(expected);
        }
    }

    /** Each statement within a block of its own, as drivers do it that roll back to a savepoint after an error; half of them fail. */
    @Test
    void aTransactionOfManySavepointsIsOneTransaction() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now");
                Writer writer = Writer.of(postgres);
                Writer other = Writer.of(postgres)) {
            List<String> expected = new ArrayList<>();
            // More than a backend remembers of its subtransactions: snapshots are then called overflowed.
            for (int i = 0; i < 200; i++) {
                writer.execute("savepoint s");
                writer.write("c", String.valueOf(i));
                if (i % 2 == 0) {
                    writer.execute("release s");
                    expected.add(String.valueOf(i));
                } else {
                    writer.execute("rollback to s");
                }
                if (i == 100) {
                    other.write("c", "other");
                    other.commit();
                    assertThat(reader.read()).containsExactly("other");
                }
            }
            assertThat(reader.read()).isEmpty();
            writer.commit();
            assertThat(reader.read()).isEqualTo(expected);
        }
    }

    @Test
    void aGroupBeginsWhereItIsTold() throws SQLException {
        write("a");
        String time = postgres.strings("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.USZ')")
                .get(0);
        String id = postgres.strings("select pgpubsub.publish('c', 'b')").get(0);
        postgres.strings("select pgpubsub.publish('other', 'x')");
        write("c");
        for (Map.Entry<String, List<String>> start : Map.of("earliest", List.of("a", "b", "c"), id, List.of("b", "c"),
                time, List.of("b", "c"), "now", List.<String>of()).entrySet()) {
            try (HandReader reader = HandReader.join(postgres, "c", "from " + start.getKey(), start.getKey())) {
                assertThat(reader.read()).as(start.getKey()).isEqualTo(start.getValue());
                assertThat(reader.read()).isEmpty();
            }
        }
    }

    @Test
    void aTimeIsFoundAmongMany() throws SQLException {
        postgres.execute("insert into pgpubsub.message (channel, at) select case when i % 3 = 0 then 'c' else 'd' end,"
                + " timestamptz '2026-01-01 00:00Z' + i * interval '1 second' from generate_series(1, 30000) i");
        assertThat(postgres.number("select min(id) - pgpubsub.id_at('c', '2026-01-01 02:00:00.5Z') from pgpubsub.message"
                + " where channel = 'c' and at >= '2026-01-01 02:00:00.5Z'")).isZero();
        assertThat(
                postgres.number("select pg_sequence_last_value('pgpubsub.message_id') + 1 - pgpubsub.id_at('c', '2027-01-01')"))
                .isZero();
        assertThat(
                postgres.number("select min(id) - pgpubsub.id_at('c', '2000-01-01') from pgpubsub.message where channel = 'c'"))
                .isZero();
    }

    @Test
    void aSuccessorGoesOnInTheWindow() throws SQLException {
        try (HandReader first = HandReader.join(postgres, "c", "g", "now")) {
            write("a", "b", "c");
            first.open();
            List<Row> page = first.page(2, HandReader.NO_LIMIT);
            first.acknowledge(page.get(0).id());
            write("d");
            try (HandReader second = HandReader.join(postgres, "c", "g", "earliest")) {
                assertThat(second.epoch).isGreaterThan(first.epoch);
                assertThat(first.acknowledge(page.get(1).id())).isFalse();
                assertThat(first.finish()).isFalse();
                assertThat(second.read()).containsExactly("b", "c");
                assertThat(second.read()).containsExactly("d");
            }
        }
    }

    /** After an asynchronous fail-over an epoch may be given twice; the owner is not. */
    @Test
    void anEqualEpochIsNotEnough() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            write("a");
            reader.open();
            postgres.execute("update pgpubsub.place set owner = gen_random_uuid()");
            assertThat(reader.acknowledge(reader.uptoMaxId)).isFalse();
            assertThat(reader.finish()).isFalse();
        }
    }

    /** An acknowledgement for another window must not move this one. */
    @Test
    void anAcknowledgementNamesItsWindow() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            write("a");
            reader.open();
            String former = reader.upto;
            reader.finish();
            write("b");
            reader.open();
            String current = reader.upto;
            reader.upto = former;
            assertThat(reader.acknowledge(reader.uptoMaxId)).isFalse();
            reader.upto = current;
            assertThat(reader.read()).containsExactly("b");
        }
    }

    @Test
    void aPageIsBoundedByBytes() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            write("x".repeat(100_000), "y".repeat(100_000), "z");
            reader.open();
            assertThat(reader.page(100, 1)).hasSize(1);
            assertThat(reader.page(100, 100_000)).hasSize(1);
            assertThat(reader.page(100, 100_001)).hasSize(2);
            assertThat(reader.page(100, 200_001)).hasSize(3);
            assertThat(reader.page(2, 200_001)).hasSize(2);
        }
    }

    /** The rows of two stragglers, and of later transactions, page by page: by id, whatever their xids. */
    @Test
    @Timeout(180)
    void stragglersComeInPages() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now");
                Writer one = Writer.of(postgres).begin();
                Writer two = Writer.of(postgres).begin()) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                (i % 3 == 0 ? two : one).write("c", String.valueOf(i));
                expected.add(String.valueOf(i));
            }
            write("first");
            assertThat(reader.read()).containsExactly("first");
            one.write("c", "after the first window");
            write("later");
            two.commit();
            one.commit();
            expected.add("after the first window");
            expected.add("later");
            assertThat(reader.open()).isTrue();
            List<String> received = new ArrayList<>();
            for (List<Row> page = reader.page(7, 30); !page.isEmpty(); page = reader.page(7, 30)) {
                assertThat(page.size()).isLessThanOrEqualTo(7);
                page.forEach(row -> received.add(row.payload()));
                reader.acknowledge(page.get(page.size() - 1).id());
            }
            assertThat(received).isEqualTo(expected);
        }
    }

    @Test
    void aRequeuedMessageComesToItsGroupAlone() throws SQLException {
        try (HandReader one = HandReader.join(postgres, "c", "one", "now");
                HandReader other = HandReader.join(postgres, "c", "other", "now")) {
            write("bad");
            one.open();
            Row bad = one.page(1, HandReader.NO_LIMIT).get(0);
            try (java.sql.PreparedStatement park = one.connection.prepareStatement(one.queries.sql(Statement.PARK))) {
                Object[] values = {"c", "one", bad.id(), OffsetDateTime.now(), null, bad.payload(), null, null, null,
                    "java.lang.IllegalStateException", 3};
                for (int i = 0; i < values.length; i++) {
                    park.setObject(i + 1, values[i]);
                }
                assertThat(park.executeQuery().next()).isTrue();
            }
            one.acknowledge(bad.id());
            one.finish();
            assertThat(other.read()).containsExactly("bad");
            assertThat(postgres.strings("select grp || parked from pgpubsub.groups order by grp")).containsExactly("one1",
                    "other0");
            assertThat(postgres.number("select pgpubsub.requeue('c', 'one')")).isEqualTo(1);
            assertThat(postgres.strings("select grp || lag || parked from pgpubsub.groups order by grp")).containsExactly("one10",
                    "other00");
            assertThat(other.read()).isEmpty();
            assertThat(one.read()).containsExactly("bad");
        }
    }

    @Test
    void lagIsWhatIsUnread() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer straggler = Writer.of(postgres)) {
            straggler.write("c", "straggler");
            write("a", "b", "c");
            postgres.execute("update pgpubsub.message set at = at - interval '1 hour' where payload = 'a'");
            assertThat(lag()).startsWith("3 360");
            reader.open();
            reader.acknowledge(reader.page(1, HandReader.NO_LIMIT).get(0).id());
            assertThat(lag()).startsWith("2 ");
            straggler.commit();
            assertThat(lag()).startsWith("3 ");
            reader.read();
            assertThat(lag()).startsWith("1 ");
            reader.read();
            assertThat(lag()).isEqualTo("0 0");
        }
    }

    private static String lag() {
        return postgres.strings("select lag || ' ' || lag_seconds from pgpubsub.groups").get(0);
    }

    @Test
    void eachOnceAndInOrderUnderLoad() throws Exception {
        eachOnceAndInOrder(60);
    }

    @Test
    @Tag("long")
    void eachOnceAndInOrderForLong() throws Exception {
        eachOnceAndInOrder(1000);
    }

    /** Six writers that change a row of their key first and write the message after, with pauses before and after each step. */
    private static void eachOnceAndInOrder(int commits) throws Exception {
        int writers = 6;
        postgres.execute("drop table if exists counter; create table counter (key int primary key, n int not null);"
                + " insert into counter select i, 0 from generate_series(0, 9) i");
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try (HandReader reader = HandReader.join(postgres, "load", "g", "now")) {
            List<Future<?>> ends = new ArrayList<>();
            IntStream.range(0, writers).forEach(w -> ends.add(threads.submit(() -> {
                change(new Random(w), commits);
                return null;
            })));
            Map<String, Integer> last = new HashMap<>();
            Set<String> received = new HashSet<>();
            boolean over = false;
            int windows = 0;
            while (true) {
                List<String> payloads = reader.read();
                windows += payloads.isEmpty() ? 0 : 1;
                for (String payload : payloads) {
                    assertThat(received.add(payload)).as(payload).isTrue();
                    String[] keyAndNumber = payload.split(" ");
                    int number = Integer.parseInt(keyAndNumber[1]);
                    assertThat(number).as(payload).isEqualTo(last.getOrDefault(keyAndNumber[0], 0) + 1);
                    last.put(keyAndNumber[0], number);
                }
                if (over && payloads.isEmpty()) {
                    break;
                }
                over = ends.stream().allMatch(Future::isDone);
            }
            for (Future<?> end : ends) {
                end.get();
            }
            assertThat((long) received.size()).isEqualTo(postgres.number("select sum(n) from counter")).isGreaterThan(commits);
            System.out.println(received.size() + " messages in " + windows + " windows");
        } finally {
            threads.shutdownNow();
        }
    }

    private static void change(Random random, int commits) throws SQLException, InterruptedException {
        try (Writer writer = Writer.of(postgres)) {
            for (int i = 0; i < commits; i++) {
                if (random.nextInt(3) == 0) {
                    writer.begin();
                }
                Thread.sleep(random.nextInt(3));
                int key = random.nextInt(10);
                String number = writer.value("update counter set n = n + 1 where key = " + key + " returning n");
                writer.write("load", key + " " + number);
                Thread.sleep(random.nextInt(3));
                if (random.nextInt(5) == 0) {
                    writer.rollback();
                } else {
                    writer.commit();
                }
            }
        }
    }
}
