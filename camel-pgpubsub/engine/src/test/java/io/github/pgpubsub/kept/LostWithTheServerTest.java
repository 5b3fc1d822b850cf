package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server has confirmed and then lost: in a crash nothing may be, and in an asynchronous fail-over it comes again. */
@Timeout(120)
class LostWithTheServerTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> received = new CopyOnWriteArrayList<>();
    private PgPubSub pubSub;
    private KeptMessages kept;

    @BeforeEach
    void open() throws Exception {
        postgres.execute(
                "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$");
        pubSub = PgPubSub.to(postgres.libpqUri()).name("lost").build();
        kept = pubSub.kept();
        kept.startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked;"
                + " create table if not exists effect (payload text); truncate effect;"
                + " create table if not exists durability (setting text); truncate durability");
    }

    @AfterEach
    void close() {
        pubSub.close();
    }

    private static KeptOptions.Builder orders() {
        return KeptOptions.to("orders").startFrom(new StartFrom.Earliest()).leaderTimeout(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(200)).acquireInterval(Duration.ofMillis(50));
    }

    private static void insert(int to) {
        postgres.execute("insert into pgpubsub.message (channel, payload) select 'orders', n from generate_series(0, ?::int) n",
                to - 1);
    }

    private static void inTransaction(Transactions.Work work) throws Exception {
        try (Connection connection = postgres.connect()) {
            connection.setAutoCommit(false);
            work.run(connection);
            connection.commit();
        }
    }

    private static void awaitLag(long lag) {
        await().atMost(SOON).until(() -> postgres.number("select sum(lag) from pgpubsub.groups") == lag);
    }

    /** Notes how durable a commit is, when it comes. */
    private static void noteCommits(String table, String event, String when) {
        postgres.execute("create or replace function note() returns trigger language plpgsql as"
                + " $$ begin insert into durability values (current_setting('synchronous_commit')); return null; end $$;"
                + " drop trigger if exists noted on " + table + "; create constraint trigger noted after " + event + " on "
                + table
                + " deferrable initially deferred for each row " + when + " execute function note()");
    }

    private static List<String> durability() {
        return postgres.strings("select distinct setting from durability");
    }

    /**
     * Each message of a batch is parked by itself, and only the first one moves the place. The new primary has the first one alone, and the next
     * batch gets there before the reading connection does.
     */
    @Test
    void whatIsParkedOfABatchAndLostComesAgain() throws Exception {
        insert(6);
        AtomicBoolean lost = new AtomicBoolean();
        Transactions forgetful = work -> {
            if (received.size() == 3 && postgres.number("select count(*) from pgpubsub.parked") == 3
                    && lost.compareAndSet(false, true)) {
                postgres.execute("update pgpubsub.place set timeline = 'lost',"
                        + " last_id = (select id from pgpubsub.message where payload = '0');"
                        + " delete from pgpubsub.parked where payload in ('1', '2')");
            }
            inTransaction(work);
        };
        KeptBatchHandler handler = batch -> {
            batch.forEach(each -> received.add(each.payload()));
            Effects.write(batch);
            if (!lost.get()) {
                throw new IllegalStateException("bad");
            }
        };
        try (KeptSubscription orders = kept
                .subscribeToBatches(orders().batch(3, Duration.ofMillis(10)).ackMode(AckMode.transaction)
                        .transactions(forgetful).onError(OnError.park).build(), handler, new KeptListener() {})) {
            awaitLag(0);
            assertThat(lost).isTrue();
            assertThat(postgres.strings("select payload from pgpubsub.parked")).containsExactly("0");
            assertThat(Effects.all(postgres)).isEqualTo(IntStream.range(1, 6).mapToObj(String::valueOf).toList());
            assertThat(orders.keptStatus().parked()).isEqualTo(3);
        }
    }

    /** Memory says that it is complete, so a crash must not lose it: also where commits do not wait for the disk. */
    @Test
    void aMessageIsParkedDurably() throws Exception {
        noteCommits("pgpubsub.parked", "insert", "");
        insert(3);
        try (KeptSubscription orders = kept.subscribe(orders().onError(OnError.park).build(), message -> {
            throw new IllegalStateException("bad");
        }, new KeptListener() {})) {
            awaitLag(0);
            assertThat(durability()).containsExactly("on");
        }
    }

    @Test
    void effectsAreDurableWhenTheMessageCountsAsComplete() throws Exception {
        noteCommits("pgpubsub.place", "update", "when (old.upto::text = new.upto::text and old.last_id < new.last_id)");
        insert(3);
        try (KeptSubscription orders = kept.subscribe(orders().ackMode(AckMode.transaction)
                .transactions(LostWithTheServerTest::inTransaction).build(), message -> Effects.write(message),
                new KeptListener() {})) {
            awaitLag(0);
            assertThat(Effects.all(postgres)).containsExactly("0", "1", "2");
            assertThat(durability()).containsExactly("on");
        }
    }
}
