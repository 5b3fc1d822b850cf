package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kept messages in batches: what makes a batch, what becomes of one that fails, and that a stop in the middle loses and repeats nothing. */
@Timeout(120)
class KeptBatchesTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration NEVER = Duration.ofHours(1);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<List<KeptMessage>> batches = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Long> gaps = new CopyOnWriteArrayList<>();
    private PgPubSub pubSub;
    private KeptMessages kept;

    private final KeptListener listener = new KeptListener() {
        @Override
        public void failed(Exception failure) {
            failures.add(failure.getMessage());
        }
    };

    @BeforeEach
    void open() throws Exception {
        pubSub = PgPubSub.to(postgres.libpqUri()).name("batches").build();
        kept = pubSub.kept();
        kept.startPublishing();
        postgres.execute("truncate pgpubsub.message; delete from pgpubsub.subscriber; delete from pgpubsub.parked;"
                + " create table if not exists effect (payload text); truncate effect");
    }

    @AfterEach
    void close() {
        pubSub.close();
    }

    private static KeptOptions.Builder orders(int size, Duration timeout) {
        return KeptOptions.to("orders").startFrom(new StartFrom.Earliest()).leaderTimeout(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(200)).acquireInterval(Duration.ofMillis(50)).batch(size, timeout)
                .retry(Duration.ofMillis(20), Duration.ofMillis(20), -1);
    }

    private KeptSubscription subscribe(KeptOptions.Builder options) throws Exception {
        return subscribe(options, batch -> {});
    }

    private KeptSubscription subscribe(KeptOptions.Builder options, KeptBatchHandler then) throws Exception {
        return kept.subscribeToBatches(options.build(), new KeptBatchHandler() {
            @Override
            public void handle(List<KeptMessage> batch) throws Exception {
                batches.add(batch);
                then.handle(batch);
            }

            @Override
            public void gap(long missed) {
                gaps.add(missed);
            }
        }, listener);
    }

    /** In one transaction. */
    private static void insert(int from, int to) {
        postgres.execute(
                "insert into pgpubsub.message (channel, payload) select 'orders', n from generate_series(?::int, ?::int) n",
                from, to - 1);
    }

    private void publish(int from, int to) {
        IntStream.range(from, to).forEach(i -> kept.publish(NewMessage.to("orders").payload(String.valueOf(i)).build()).join());
    }

    private List<List<String>> payloads() {
        return batches.stream().map(batch -> batch.stream().map(KeptMessage::payload).toList()).toList();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toList();
    }

    private static void awaitLag(long lag) {
        await().atMost(SOON).until(() -> postgres.number("select sum(lag) from pgpubsub.groups") == lag);
    }

    // ---- what makes a batch

    /** The last one does not wait: what follows is of another window. */
    @Test
    void aWindowIsCutIntoBatches() throws Exception {
        insert(0, 250);
        try (KeptSubscription orders = subscribe(orders(100, NEVER))) {
            awaitLag(0);
            assertThat(payloads()).containsExactly(numbers(0, 100), numbers(100, 200), numbers(200, 250));
            await().atMost(SOON).until(() -> orders.keptStatus().completed() == 250);
            assertThat(orders.status().counts().received()).isEqualTo(250);
        }
    }

    @Test
    void aBatchMayBeLargerThanAPageAndTheQueue() throws Exception {
        insert(0, 1300);
        try (KeptSubscription orders = subscribe(orders(1200, NEVER).queueSize(10))) {
            awaitLag(0);
            assertThat(payloads()).containsExactly(numbers(0, 1200), numbers(1200, 1300));
            assertThat(orders.status().queueSize()).isEqualTo(2400);
        }
    }

    /** Each message is committed by itself, so each could be a window of its own. */
    @Test
    void messagesThatComeOneByOneGatherInTheLog() throws Exception {
        try (KeptSubscription orders = subscribe(orders(5, NEVER).pollInterval(Duration.ofHours(1)))) {
            awaitAsleep(orders);
            publish(0, 4);
            await().during(Duration.ofMillis(300)).atMost(SOON).until(batches::isEmpty);
            assertThat(orders.keptStatus().inHand()).isZero();
            publish(4, 5);
            await().atMost(SOON).until(() -> !batches.isEmpty());
            assertThat(payloads()).containsExactly(numbers(0, 5));
        }
    }

    /** A reader that looks just when the first message is committed may open a window for it alone. */
    private static void awaitAsleep(KeptSubscription orders) {
        await().atMost(SOON).until(() -> orders.keptStatus().asleep());
    }

    @Test
    void theyComeWhenTheirTimeIsOver() throws Exception {
        try (KeptSubscription orders = subscribe(orders(5, Duration.ofMillis(400)).pollInterval(Duration.ofHours(1)))) {
            awaitAsleep(orders);
            long begin = System.nanoTime();
            insert(0, 2);
            await().atMost(SOON).until(() -> !batches.isEmpty());
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(300));
            assertThat(payloads()).containsExactly(numbers(0, 2));
        }
    }

    @Test
    void withSeveralThreadsEachMessageIsInOneBatch() throws Exception {
        insert(0, 1000);
        try (KeptSubscription orders = subscribe(orders(30, Duration.ofMillis(50)).concurrency(4).queueSize(200))) {
            awaitLag(0);
            assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(30));
            List<String> all = new ArrayList<>();
            payloads().forEach(all::addAll);
            assertThat(all).containsExactlyInAnyOrderElementsOf(numbers(0, 1000));
        }
    }

    // ---- what fails

    @Test
    void aBatchIsTriedAgainAsAWholeAndInOrder() throws Exception {
        insert(0, 8);
        AtomicInteger attempts = new AtomicInteger();
        try (KeptSubscription orders = subscribe(orders(3, NEVER).onError(OnError.retry), batch -> {
            if (batch.get(0).payload().equals("3") && attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
        })) {
            awaitLag(0);
            assertThat(payloads()).containsExactly(numbers(0, 3), numbers(3, 6), numbers(3, 6), numbers(3, 6), numbers(6, 8));
            assertThat(batches.get(3)).extracting(KeptMessage::attempts).containsExactly(2, 2, 2);
            assertThat(batches.get(3)).allMatch(KeptMessage::redelivered);
            assertThat(batches.get(4)).noneMatch(KeptMessage::redelivered);
            assertThat(failures).containsExactly("not yet", "not yet");
        }
    }

    @Test
    void afterRetryLimitABatchIsParkedAsAWhole() throws Exception {
        insert(0, 3);
        try (KeptSubscription orders = subscribe(
                orders(2, NEVER).onError(OnError.retry).retry(Duration.ofMillis(20), Duration.ofSeconds(1), 2), batch -> {
                    if (batch.get(0).payload().equals("0")) {
                        throw new IllegalStateException("never");
                    }
                })) {
            awaitLag(0);
            await().atMost(SOON).until(() -> orders.keptStatus().parked() == 2);
            assertThat(payloads()).containsExactly(numbers(0, 2), numbers(0, 2), numbers(0, 2), numbers(2, 3));
        }
    }

    @Test
    void aBatchIsParkedOrSkippedAsAWhole() throws Exception {
        insert(0, 7);
        try (KeptSubscription orders = subscribe(orders(3, NEVER).onError(OnError.park), batch -> {
            if (batch.get(0).payload().equals("3")) {
                throw new IllegalStateException("bad");
            }
        })) {
            awaitLag(0);
            assertThat(payloads()).containsExactly(numbers(0, 3), numbers(3, 6), numbers(6, 7));
            assertThat(postgres.strings("select payload from pgpubsub.parked order by id")).isEqualTo(numbers(3, 6));
            await().atMost(SOON).until(() -> orders.keptStatus().parked() == 3);
        }
        insert(7, 9);
        try (KeptSubscription orders = subscribe(orders(3, Duration.ofMillis(10)), batch -> {
            throw new IllegalStateException("bad");
        })) {
            awaitLag(0);
            await().atMost(SOON).until(() -> orders.keptStatus().skipped() == 2);
        }
    }

    @Test
    void withManualWhatWasAcknowledgedBeforeTheFailureIsComplete() throws Exception {
        insert(0, 3);
        AtomicInteger attempts = new AtomicInteger();
        try (KeptSubscription orders = subscribe(orders(3, NEVER).ackMode(AckMode.manual).onError(OnError.retry), batch -> {
            if (attempts.incrementAndGet() == 1) {
                batch.get(1).acknowledge();
                throw new IllegalStateException("half way");
            }
            batch.forEach(KeptMessage::acknowledge);
        })) {
            awaitLag(0);
            assertThat(payloads()).containsExactly(numbers(0, 3), List.of("0", "2"));
            assertThat(orders.keptStatus().completed()).isEqualTo(3);
        }
    }

    // ---- transaction

    private static Transactions transactions(AtomicInteger number, int answerLost) {
        return work -> {
            int mine = number.incrementAndGet();
            try (Connection connection = postgres.connect()) {
                connection.setAutoCommit(false);
                work.run(connection);
                connection.commit();
            }
            if (mine == answerLost) {
                throw new SQLException("The answer is lost", "08006");
            }
        };
    }

    @Test
    void aBatchHasOneTransaction() throws Exception {
        insert(0, 10);
        AtomicInteger number = new AtomicInteger();
        try (KeptSubscription orders = subscribe(orders(4, NEVER).ackMode(AckMode.transaction).onError(OnError.retry)
                .transactions(transactions(number, 0)), batch -> {
                    Effects.write(batch);
                    if (batch.get(0).attempts() == 0) {
                        throw new IllegalStateException("rolled back");
                    }
                    assertThat(Effects.all(postgres)).as("seen from outside").doesNotContain(batch.get(0).payload());
                })) {
            awaitLag(0);
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 10));
            // One to see whether they work, and each batch twice.
            assertThat(number).hasValue(1 + 2 * 3);
            await().atMost(SOON).until(() -> orders.keptStatus().completed() == 10);
        }
    }

    @Test
    void aBatchWhoseCommitIsNotConfirmedIsNotRepeated() throws Exception {
        insert(0, 10);
        try (KeptSubscription orders = subscribe(orders(4, NEVER).ackMode(AckMode.transaction)
                .transactions(transactions(new AtomicInteger(), 3)), Effects::write)) {
            awaitLag(0);
            assertThat(Effects.all(postgres)).isEqualTo(numbers(0, 10));
            assertThat(failures).anyMatch(each -> each.contains("The answer is lost"));
            await().atMost(SOON).until(orders::isReceiving);
        }
    }

    // ---- in the middle of a batch

    /** They have not begun: they are the successor's, and come once, unmarked. */
    @Test
    void aStopLeavesMessagesThatGatherToTheSuccessor() throws Exception {
        insert(0, 4);
        try (KeptSubscription orders = subscribe(orders(4, NEVER).pollInterval(Duration.ofHours(1)))) {
            await().atMost(SOON).until(() -> batches.size() == 1);
            awaitAsleep(orders);
            insert(4, 6);
            await().during(Duration.ofMillis(200)).atMost(SOON).until(() -> batches.size() == 1);
            long begin = System.nanoTime();
            orders.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        }
        assertThat(payloads()).containsExactly(numbers(0, 4));
        try (KeptSubscription next = subscribe(orders(2, NEVER))) {
            awaitLag(0);
            assertThat(payloads()).containsExactly(numbers(0, 4), numbers(4, 6));
            assertThat(next.keptStatus().redelivered()).isZero();
        }
    }

    @Test
    void aLostConnectionLosesAndRepeatsNothingThatGathers() throws Exception {
        try (KeptSubscription orders = subscribe(orders(4, NEVER).pollInterval(Duration.ofHours(1)))) {
            awaitAsleep(orders);
            insert(0, 2);
            await().during(Duration.ofMillis(200)).atMost(SOON).until(batches::isEmpty);
            int backend = orders.keptStatus().backend();
            postgres.terminate(backend);
            insert(2, 4);
            awaitLag(0);
            assertThat(payloads()).containsExactly(numbers(0, 4));
            assertThat(orders.keptStatus().redelivered()).isZero();
        }
    }

    @Test
    void aGapIsAloneBetweenBatches() throws Exception {
        try (KeptSubscription orders = subscribe(orders(2, NEVER))) {
            insert(0, 2);
            await().atMost(SOON).until(() -> batches.size() == 1);
            awaitLag(0);
            assertThat(kept.dropGroup("orders", "default")).isTrue();
            await().atMost(SOON).until(() -> gaps.equals(List.of(0L)));
        }
    }
}
