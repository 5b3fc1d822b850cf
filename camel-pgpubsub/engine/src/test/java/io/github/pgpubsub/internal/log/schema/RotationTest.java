package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.internal.log.schema.HandReader.Row;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The ring: nothing unread is forgotten, nobody is stopped for long, and what everybody has read goes. */
@Tag("long")
@Timeout(120)
class RotationTest {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer(java.util.Map.of("max_prepared_transactions", "5"));

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    @BeforeEach
    void reset() {
        KeptLog.reset(postgres);
    }

    private static void write(String... payloads) {
        for (String payload : payloads) {
            postgres.execute("insert into pgpubsub.message (channel, payload) values ('c', ?)", payload);
        }
    }

    private static long rows() {
        return postgres.number("select count(*) from pgpubsub.message");
    }

    private static String rotate() {
        return KeptLog.rotate(postgres);
    }

    @Test
    void whatNobodyReadsGoesAfterItsTime() {
        assertThat(rotate()).isEqualTo("idle");
        write("a");
        assertThat(rotate()).isEqualTo("moved");
        write("b");
        assertThat(postgres.number("select count(distinct slot) from pgpubsub.message")).isEqualTo(2);
        assertThat(postgres.strings("select outcome from pgpubsub.rotate()")).containsExactly("idle");
        assertThat(rotate()).isEqualTo("emptied");
        assertThat(postgres.strings("select payload from pgpubsub.message")).containsExactly("b");
    }

    @Test
    void theRingComesRound() {
        Set<Long> slots = new HashSet<>();
        for (int i = 0; i < 9; i++) {
            write("a");
            slots.add(postgres.number("select pg_sequence_last_value('pgpubsub.slot')"));
            String outcome = rotate();
            assertThat(outcome.equals("emptied") ? rotate() : outcome).isEqualTo("moved");
        }
        assertThat(slots).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
        assertThat(rows()).isLessThanOrEqualTo(2);
    }

    @Test
    void theWritersMoveOnByTheSizeToo() {
        write("a");
        assertThat(postgres.strings("select outcome from pgpubsub.rotate(slot_bytes => 10000000)")).containsExactly("idle");
        assertThat(postgres.strings("select outcome from pgpubsub.rotate(slot_bytes => 8192)")).containsExactly("moved");
    }

    @Test
    void aGroupThatHasNotReadHoldsThem() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            write("a", "b");
            assertThat(rotate()).isEqualTo("moved");
            assertThat(rotate()).isEqualTo("held c/g");
            reader.open();
            List<Row> page = reader.page(2, HandReader.NO_LIMIT);
            reader.acknowledge(page.get(0).id());
            assertThat(rotate()).isEqualTo("held c/g");
            reader.acknowledge(page.get(1).id());
            assertThat(rotate()).isEqualTo("emptied");
            assertThat(reader.read()).isEmpty();
        }
    }

    /** "Before last_id" alone would take it for read. */
    /** What was put back for one group is no other's. */
    @Test
    void whatIsForAnotherGroupDoesNotHoldThem() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            postgres.execute("insert into pgpubsub.message (channel, payload, for_group) values ('c', 'again', 'other')");
            assertThat(rotate()).isEqualTo("moved");
            assertThat(rotate()).isEqualTo("emptied");
            assertThat(reader.read()).isEmpty();
        }
    }

    @Test
    void aStragglerBeforeTheReaderHoldsThem() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer straggler = Writer.of(postgres)) {
            straggler.write("c", "straggler");
            write("a");
            reader.open();
            reader.acknowledge(reader.page(1, HandReader.NO_LIMIT).get(0).id());
            straggler.commit();
            assertThat(rotate()).isEqualTo("moved");
            assertThat(rotate()).isEqualTo("held c/g");
            reader.finish();
            assertThat(rotate()).isEqualTo("held c/g");
            assertThat(reader.read()).containsExactly("straggler");
            assertThat(rotate()).isEqualTo("emptied");
        }
    }

    /** A straggler inside of the window that is open: before done_max_id, and not read. */
    @Test
    void aStragglerInTheOpenWindowHoldsThem() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer straggler = Writer.of(postgres)) {
            long id = straggler.write("c", "straggler");
            write("a");
            assertThat(reader.read()).containsExactly("a");
            straggler.commit();
            assertThat(rotate()).isEqualTo("moved");
            reader.open();
            assertThat(rotate()).isEqualTo("held c/g");
            reader.acknowledge(id);
            assertThat(rotate()).isEqualTo("emptied");
        }
    }

    @Test
    void anOpenWriterIsWaitedFor() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer writer = Writer.of(postgres)) {
            writer.write("c", "open");
            write("a");
            assertThat(rotate()).isEqualTo("moved");
            assertThat(reader.read()).containsExactly("a");
            assertThat(rotate()).isEqualTo("busy");
            assertThat(postgres.number("select sum(failures) from pgpubsub.slot_opened")).isEqualTo(1);
            writer.commit();
            assertThat(rotate()).isEqualTo("held c/g");
            assertThat(reader.read()).containsExactly("open");
            assertThat(rotate()).isEqualTo("emptied");
            assertThat(postgres.number("select sum(failures) from pgpubsub.slot_opened")).isZero();
        }
    }

    /** As pg_dump does it: a lock on all partitions, and a snapshot. */
    @Test
    void aDumpIsWaitedForAndStopsNobody() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer dump = Writer.of(postgres)) {
            dump.connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            dump.execute("lock table pgpubsub.message in access share mode");
            dump.value("select count(*) from pgpubsub.message");
            write("a");
            assertThat(rotate()).isEqualTo("moved");
            assertThat(reader.read()).containsExactly("a");
            for (int i = 0; i < 25; i++) {
                long began = System.nanoTime();
                assertThat(rotate()).startsWith("busy");
                // The dump goes on until this is over.
                assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(20));
            }
            write("b");
            assertThat(reader.read()).containsExactly("b");
            dump.commit();
            assertThat(rotate()).isEqualTo("emptied");
        }
    }

    /** What rolls back by itself must not be counted again: min(xmin) instead of the places would wait for it for ever. */
    @Test
    void anOrphanPreparedTransactionElsewhereDoesNotMatter() throws SQLException {
        try (Connection elsewhere = postgres.server().dataSource(postgres.server().database()).getConnection();
                HandReader reader = HandReader.join(postgres, "c", "g", "now")) {
            elsewhere.createStatement().execute("begin; select pg_current_xact_id(); prepare transaction 'orphan'");
            try {
                write("a");
                assertThat(reader.read()).containsExactly("a");
                assertThat(rotate()).isEqualTo("moved");
                assertThat(rotate()).isEqualTo("emptied");
            } finally {
                elsewhere.createStatement().execute("rollback prepared 'orphan'");
            }
        }
    }

    /** A prepared transaction that wrote: in no window until it is committed, and then in one; meanwhile it holds the partition. */
    @Test
    void aPreparedMessageComesWhenItIsCommitted() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Connection xa = postgres.connect()) {
            xa.createStatement().execute("begin; set local pgpubsub.wake_up = none;"
                    + " insert into pgpubsub.message (channel, payload) values ('c', 'prepared'); prepare transaction 'kept'");
            write("a");
            assertThat(reader.read()).containsExactly("a");
            assertThat(rotate()).isEqualTo("moved");
            assertThat(rotate()).isEqualTo("busy");
            assertThat(postgres.strings(new LogQueries("pgpubsub").sql(LogQueries.Statement.USERS),
                    (int) postgres.number("select slot from pgpubsub.message"))).containsExactly("prepared transaction kept");
            xa.createStatement().execute("commit prepared 'kept'");
            assertThat(rotate()).isEqualTo("held c/g");
            assertThat(reader.read()).containsExactly("prepared");
        }
    }

    @Test
    void whatIsTooOldIsGivenUpAndCounted() throws SQLException {
        try (HandReader slow = HandReader.join(postgres, "c", "slow", "now");
                HandReader fast = HandReader.join(postgres, "c", "fast", "now")) {
            write("a", "b", "c");
            fast.read();
            slow.open();
            slow.acknowledge(slow.page(1, HandReader.NO_LIMIT).get(0).id());
            assertThat(KeptLog.rotate(postgres, "retention_max => '90 days'")).isEqualTo("moved");
            assertThat(KeptLog.rotate(postgres, "retention_max => '900 days'")).isEqualTo("held c/slow");
            assertThat(KeptLog.rotate(postgres, "retention_max => '20 days'")).isEqualTo("emptied 2 c/slow");
            write("d");
            assertThat(slow.read()).isEmpty();
            assertThat(slow.read()).containsExactly("d");
            slow.lead();
            assertThat(slow.missed).isEqualTo(2);
            assertThat(postgres.strings("select missed from pgpubsub.groups order by grp")).containsExactly("0", "2");
        }
    }

    @Test
    void aGroupThatNobodyHasJoinedForLongIsGivenUp() throws SQLException {
        HandReader.join(postgres, "c", "g", "now").close();
        HandReader.join(postgres, "c", "kept", "now").close();
        postgres.execute("update pgpubsub.seen s set at = now() - interval '31 days' from pgpubsub.subscriber c"
                + " where c.no = s.no and c.grp = 'g'");
        assertThat(postgres.strings("select expired from pgpubsub.rotate(group_expiry => '32 days')")).containsOnlyNulls();
        assertThat(postgres.strings("select expired from pgpubsub.rotate()")).containsExactly("{c/g}");
        assertThat(postgres.strings("select grp from pgpubsub.groups")).containsExactly("kept");
        assertThat(postgres.number("select pgpubsub.drop_group('c', 'kept')::int")).isEqualTo(1);
        assertThat(postgres.number("select count(*) from pgpubsub.place")).isZero();
    }

    @Test
    void whoJoinsOrSeeksKeepsTheRotatorOut() throws SQLException {
        write("a");
        assertThat(rotate()).isEqualTo("moved");
        try (Writer joining = Writer.of(postgres)) {
            joining.execute("select pgpubsub.join_group('c', 'g', 'earliest')");
            assertThat(rotate()).isEqualTo("busy");
            joining.commit();
            assertThat(rotate()).isEqualTo("held c/g");
            joining.execute("select pgpubsub.seek('c', 'g', 'now')");
            assertThat(rotate()).isEqualTo("busy");
            joining.rollback();
        }
    }

    @Test
    void whoJoinsWaitsForTheRotator() throws SQLException {
        try (Writer rotating = Writer.of(postgres); Writer joining = Writer.of(postgres)) {
            rotating.execute("select pgpubsub.rotate()");
            joining.execute("set lock_timeout = '50ms'");
            assertThatThrownBy(() -> joining.execute("select pgpubsub.join_group('c', 'g', 'earliest')"))
                    .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55P03"));
        }
    }

    /** A frozen exchange of ackMode=transaction holds its place. */
    @Test
    void aPlaceThatIsHeldFailsGivingUpAndNothingElse() throws SQLException {
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now"); Writer frozen = Writer.of(postgres)) {
            write("a");
            assertThat(rotate()).isEqualTo("moved");
            frozen.execute("update pgpubsub.place set last_id = last_id");
            assertThat(KeptLog.rotate(postgres, "retention_max => '20 days'")).startsWith("busy");
            frozen.commit();
            assertThat(reader.read()).containsExactly("a");
        }
    }

    /** The sequence is moved, the transaction is not committed: the next call puts it right. */
    @Test
    void aMoveThatFailedIsPutRight() throws SQLException {
        write("a");
        KeptLog.age(postgres);
        try (Writer rotating = Writer.of(postgres)) {
            assertThat(rotating.value("select outcome from pgpubsub.rotate()")).isEqualTo("moved");
            rotating.rollback();
        }
        assertThat(postgres.strings("select outcome from pgpubsub.rotate()")).containsExactly("idle");
        assertThat(postgres.number("select count(*) from pgpubsub.slot_opened where at is not null and closed is null"
                + " and slot = pg_sequence_last_value('pgpubsub.slot')")).isEqualTo(1);
        assertThat(postgres.number("select count(*) from pgpubsub.slot_opened where closed > now() - interval '1 minute'"))
                .isEqualTo(1);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void nothingIsLostUnderLoad() throws Exception {
        nothingIsLost(1);
    }

    @Test
    void nothingIsLostForLong() throws Exception {
        nothingIsLost(20);
    }

    /** Nothing is kept for longer than it must be, so each partition is emptied as soon as everybody has read it, under load. */
    private static void nothingIsLost(int seconds) throws Exception {
        AtomicInteger emptiedMeanwhile = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        Set<String> received = new HashSet<>();
        try (HandReader reader = HandReader.join(postgres, "c", "g", "now");
                HandReader lazy = HandReader.join(postgres, "c", "lazy", "now")) {
            List<Future<Integer>> writers = IntStream.range(0, 3).mapToObj(w -> threads.submit(() -> writeUntil(over, w)))
                    .toList();
            Future<Integer> rotator = threads.submit(() -> rotateUntil(over, emptiedMeanwhile));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            List<String> lazily = new ArrayList<>();
            // Until enough was emptied, however slow the machine is.
            while (System.nanoTime() < end || emptiedMeanwhile.get() <= 3) {
                for (String payload : reader.read()) {
                    assertThat(received.add(payload)).as(payload).isTrue();
                }
                if (received.size() % 7 == 0) {
                    lazily.addAll(lazy.read());
                }
            }
            over.set(true);
            int written = 0;
            for (Future<Integer> writer : writers) {
                written += writer.get();
            }
            int emptied = rotator.get();
            for (HandReader each : List.of(reader, lazy)) {
                for (List<String> rest = each.read(); !rest.isEmpty(); rest = each.read()) {
                    (each == reader ? received : lazily).addAll(rest);
                }
            }
            System.out.println(written + " messages, " + emptied + " partitions emptied meanwhile");
            assertThat(received).hasSize(written);
            assertThat(lazily).doesNotHaveDuplicates().hasSize(written);
            assertThat(emptied).isGreaterThan(3);
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
    }

    private static int writeUntil(AtomicBoolean over, int number) throws SQLException, InterruptedException {
        int written = 0;
        java.util.Random random = new java.util.Random(number);
        try (Writer writer = Writer.of(postgres)) {
            while (!over.get()) {
                int rows = random.nextInt(5);
                for (int i = 0; i < rows; i++) {
                    writer.write("c", number + "/" + (written + i));
                }
                Thread.sleep(random.nextInt(10));
                writer.commit();
                written += rows;
            }
        }
        return written;
    }

    private static int rotateUntil(AtomicBoolean over, AtomicInteger emptied) throws SQLException, InterruptedException {
        try (Writer rotator = Writer.of(postgres)) {
            while (!over.get()) {
                rotator.execute(
                        "update pgpubsub.slot_opened set at = at - interval '30 days', closed = closed - interval '30 days'");
                rotator.commit();
                if ("emptied".equals(rotator.value("select outcome from pgpubsub.rotate()"))) {
                    emptied.incrementAndGet();
                }
                rotator.commit();
                Thread.sleep(5);
            }
        }
        return emptied.get();
    }
}
