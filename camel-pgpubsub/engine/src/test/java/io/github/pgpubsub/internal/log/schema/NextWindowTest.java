package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One statement closes a window and opens the next one: as if it were two with nothing in between. */
class NextWindowTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String PLACE = "select concat_ws(' ', done, done_max_id, done_xid, upto, upto_max_id, upto_xid, last_id, epoch, owner)"
            + " from pgpubsub.place";

    private static final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    @AfterAll
    static void endThreads() {
        threads.shutdownNow();
    }

    @BeforeEach
    void reset() {
        KeptLog.reset(postgres);
    }

    private static void write(String... payloads) throws SQLException {
        Writer.commitEach(postgres, payloads);
    }

    /** With a window open that has this message, read up to its end. */
    private static HandReader atTheEndOf(String payload) throws SQLException {
        HandReader reader = HandReader.join(postgres, "c", "g", "now");
        write(payload);
        assertThat(reader.open()).isTrue();
        assertThat(reader.pages()).containsExactly(payload);
        return reader;
    }

    @Test
    void theNextWindowBeginsWhereTheLastOneEnds() throws SQLException {
        try (HandReader reader = atTheEndOf("a")) {
            String end = reader.upto;
            write("b", "c");
            assertThat(reader.next()).isTrue();
            assertThat(postgres.strings("select done::text from pgpubsub.place")).containsExactly(end);
            assertThat(reader.pages()).containsExactly("b", "c");
            assertThat(reader.next()).isFalse();
            assertThat(postgres.number("select count(*) from pgpubsub.place where upto is null"
                    + " and last_id = (select max(id) from pgpubsub.message)")).isOne();
            write("d");
            assertThat(reader.read()).containsExactly("d");
        }
    }

    /** The xid that bounds the next window's stragglers is that of the transaction which stored the snapshot, and so follows it. */
    @Test
    void itStoresItsOwnXid() throws SQLException {
        try (HandReader reader = atTheEndOf("a")) {
            write("b");
            assertThat(reader.next()).isTrue();
            assertThat(postgres
                    .number("select count(*) from pgpubsub.place where (upto_xid::text::numeric % 4294967296)::text = xmin::text"
                            + " and upto_xid >= pg_snapshot_xmax(upto)"))
                    .isOne();
        }
    }

    @Test
    void aStragglerOfTheNextWindowComesInTheOneAfterIt() throws SQLException {
        try (HandReader reader = atTheEndOf("a"); Writer straggler = Writer.of(postgres)) {
            straggler.write("c", "early");
            write("late");
            assertThat(reader.next()).isTrue();
            straggler.commit();
            assertThat(reader.pages()).containsExactly("late");
            assertThat(reader.next()).isTrue();
            assertThat(reader.pages()).containsExactly("early");
            assertThat(reader.next()).isFalse();
        }
    }

    /** An exchange's transaction holds the place. What is committed meanwhile is not in the snapshot that the statement has taken. */
    @Test
    void whatIsCommittedWhileItWaitsForThePlaceComesInALaterWindow() throws Exception {
        try (HandReader reader = atTheEndOf("a"); Connection exchange = postgres.connect()) {
            exchange.setAutoCommit(false);
            exchange.createStatement().execute("update pgpubsub.place set last_id = last_id");
            write("before");
            Future<Boolean> next = blocked(reader, reader::next);
            write("meanwhile");
            exchange.commit();
            assertThat(next.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(reader.pages()).containsExactly("before");
            assertThat(reader.next()).isTrue();
            assertThat(reader.pages()).containsExactly("meanwhile");
        }
    }

    /** The place is compared again with the fence when the statement gets it, not as its snapshot shows it. */
    @Test
    void aReaderThatIsDeposedWhileItWaitsChangesNothing() throws Exception {
        try (HandReader reader = atTheEndOf("a"); HandReader successor = HandReader.join(postgres, "c", "g", "now")) {
            // The place as the deposed one knows it.
            postgres.execute("update pgpubsub.place set owner = ?::uuid, epoch = " + reader.epoch, reader.owner.toString());
            write("b");
            successor.connection.setAutoCommit(false);
            successor.lead();
            Future<Boolean> next = blocked(reader, reader::next);
            successor.connection.commit();
            successor.connection.setAutoCommit(true);
            String led = postgres.strings(PLACE).get(0);
            assertThat(next.get(30, TimeUnit.SECONDS)).isNull();
            assertThat(postgres.strings(PLACE)).containsExactly(led);
            assertThat(successor.pages()).isEmpty();
            assertThat(successor.next()).isTrue();
            assertThat(successor.pages()).containsExactly("b");
        }
    }

    @Test
    void itNamesEpochOwnerAndWindow() throws SQLException {
        try (HandReader reader = atTheEndOf("a")) {
            write("b");
            String before = postgres.strings(PLACE).get(0);
            for (String other : new String[] {"epoch = epoch + 1", "owner = gen_random_uuid()", "upto = '3:3:'",
                "upto_max_id = upto_max_id - 1", "upto_xid = '3'", "upto = null, upto_max_id = null, upto_xid = null"}) {
                postgres.execute("update pgpubsub.place set " + other);
                String changed = postgres.strings(PLACE).get(0);
                assertThat(reader.next()).as(other).isNull();
                assertThat(postgres.strings(PLACE)).as(other).containsExactly(changed);
                postgres.execute("update pgpubsub.place set epoch = ?, owner = ?::uuid, upto = ?::pg_snapshot, upto_max_id = ?,"
                        + " upto_xid = ?::xid8", reader.epoch, reader.owner.toString(), reader.upto, reader.uptoMaxId,
                        reader.uptoXid);
                assertThat(postgres.strings(PLACE)).containsExactly(before);
            }
            assertThat(reader.next()).isTrue();
        }
    }

    /** The answer was lost, and somebody on the way sends the statement once more. */
    @Test
    void theSameStatementAgainChangesNothing() throws SQLException {
        try (HandReader reader = atTheEndOf("a")) {
            String upto = reader.upto;
            long uptoMaxId = reader.uptoMaxId;
            String uptoXid = reader.uptoXid;
            write("b");
            assertThat(reader.next()).isTrue();
            String opened = postgres.strings(PLACE).get(0);
            reader.upto = upto;
            reader.uptoMaxId = uptoMaxId;
            reader.uptoXid = uptoXid;
            assertThat(reader.next()).isNull();
            assertThat(postgres.strings(PLACE)).containsExactly(opened);
        }
    }

    @Test
    void aGroupThatWasRemovedHasNoNextWindow() throws SQLException {
        try (HandReader reader = atTheEndOf("a")) {
            postgres.execute("select pgpubsub.drop_group('c', 'g')");
            assertThat(reader.next()).isNull();
            assertThat(postgres.number("select count(*) from pgpubsub.place")).isZero();
        }
    }

    /** Its own xid would look committed in the snapshot. */
    @Test
    void noTransactionThatHasWrittenMovesThePlace() throws SQLException {
        try (HandReader reader = atTheEndOf("a")) {
            write("b");
            String before = postgres.strings(PLACE).get(0);
            reader.connection.setAutoCommit(false);
            reader.execute("select pg_current_xact_id()");
            assertThatThrownBy(reader::next).hasMessage("The transaction has an xid");
            reader.connection.commit();
            assertThat(postgres.strings(PLACE)).containsExactly(before);
        }
    }

    @Test
    void theGroupIsToldOfWhatWasGivenUpMeanwhile() throws SQLException {
        try (HandReader reader = atTheEndOf("a")) {
            postgres.execute("update pgpubsub.place set missed = missed + 7");
            write("b");
            assertThat(reader.next()).isTrue();
            assertThat(reader.missed).isEqualTo(7);
        }
    }

    /** Runs it in a thread, and waits until it waits for a lock. */
    private static <T> Future<T> blocked(HandReader reader, Callable<T> statement) throws SQLException {
        int backend = reader.connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(statement.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        await().atMost(LIMIT).until(() -> result.isCompletedExceptionally()
                || postgres.number("select count(*) from pg_locks where not granted and pid = " + backend) > 0);
        return result;
    }
}
