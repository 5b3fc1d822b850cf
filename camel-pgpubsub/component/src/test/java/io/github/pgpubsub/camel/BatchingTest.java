package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.engine.PooledExchangeFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One exchange for several messages of a plain channel. */
class BatchingTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Inbox inbox = new Inbox();
    private CamelWithPostgres camel;

    @BeforeEach
    void create() {
        camel = new CamelWithPostgres(postgres);
    }

    @AfterEach
    void close() {
        camel.close();
    }

    /** In one transaction. */
    private static void notifyAll(String channel, int from, int to) {
        postgres.strings("select count(pg_notify(?, n::text)) from generate_series(?::int, ?::int) n", channel, from, to - 1);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toList();
    }

    /** The bodies of each batch; of a gap an empty list. */
    static List<List<Object>> batches(Inbox inbox) {
        return inbox.bodies().stream().map(BatchingTest::bodies).toList();
    }

    private static List<Object> bodies(Object batch) {
        List<Object> bodies = new ArrayList<>();
        if (batch != null) {
            ((List<?>) batch).forEach(each -> bodies.add(((Exchange) each).getMessage().getBody()));
        }
        return bodies;
    }

    private static List<Object> all(Inbox inbox) {
        return batches(inbox).stream().flatMap(List::stream).toList();
    }

    private PgPubSubConsumer consumer(String route) {
        return (PgPubSubConsumer) camel.context().getRoute(route).getConsumer();
    }

    // ---- what makes a batch

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBatchIsAListOfExchangesOneForEachMessage(boolean singleListener) throws Exception {
        String channel = "list " + singleListener;
        camel.route(
                route -> route.from(CamelWithPostgres.uri(channel) + "?batching=true&batchSize=3&batchTimeout=300&singleListener="
                        + singleListener).routeId("r").process(inbox))
                .start();
        notifyAll(channel, 0, 7);

        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 3)), List.copyOf(numbers(3, 6)),
                List.copyOf(numbers(6, 7))));
        Message batch = inbox.messages().get(0);
        assertThat(batch.getHeader(PgPubSubConstants.CHANNEL)).isEqualTo(channel);
        Exchange first = (Exchange) batch.getBody(List.class).get(0);
        assertThat(first.getMessage().getHeader(PgPubSubConstants.CHANNEL)).isEqualTo(channel);
        assertThat(first.getMessage().getHeader(PgPubSubConstants.PID)).isInstanceOf(Integer.class);
        assertThat(first.getMessage().getHeader(PgPubSubConstants.MESSAGE_ID) != null).isEqualTo(singleListener);
        assertThat(first.getFromRouteId()).isEqualTo("r");
        assertThat(consumer("r").status().counts().received()).as("messages are counted one by one").isEqualTo(7);
    }

    /** As when the consumer ends while a stored payload is fetched: no other message is begun. */
    @Test
    void anInterruptEndsTheMakingOfABatch() throws Exception {
        camel.route(route -> route.from("pgpubsub:interrupted?batching=true").routeId("r").process(inbox)).start();
        List<String> begun = new ArrayList<>();
        assertThatThrownBy(() -> new Batches(consumer("r")).exchanges(List.of("1", "2"), (exchange, message) -> {
            begun.add(message);
            throw new InterruptedException();
        }, (exchange, message, failure) -> begun.add("unreadable " + message))).isInstanceOf(InterruptedException.class);
        assertThat(begun).containsExactly("1");
    }

    @Test
    void theDefaultsAreAHundredMessagesAndASecond() throws Exception {
        camel.receive("pgpubsub:defaults?batching=true", inbox).start();
        long begin = System.nanoTime();
        notifyAll("defaults", 0, 130);
        Inbox.await(
                () -> assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 100)), List.copyOf(numbers(100, 130))));
        assertThat(System.nanoTime() - begin).isGreaterThan(900_000_000L);
    }

    @Test
    void aBatchMayBeLargerThanTheQueue() throws Exception {
        camel.receive("pgpubsub:large?batching=true&batchSize=2500&batchTimeout=1m", inbox).start();
        notifyAll("large", 0, 2500);
        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 2500))));
    }

    /** CAMEL-22150: camel-kafka lost the messages that came in the moment in which the timeout ended a batch. */
    @Test
    void messagesThatComeWhileTheTimeoutEndsABatchAreInTheNextOne() throws Exception {
        camel.receive("pgpubsub:moment?batching=true&batchSize=10&batchTimeout=3", inbox).start();
        for (int i = 0; i < 200; i++) {
            camel.send("pgpubsub:moment", i);
            if (i % 3 == 0) {
                // The rate of the messages, about the timeout. Nothing is expected of the time.
                Thread.sleep(ThreadLocalRandom.current().nextInt(5));
            }
        }
        Inbox.await(() -> assertThat(all(inbox)).hasSize(200));
        assertThat(all(inbox)).isEqualTo(numbers(0, 200));
    }

    @Test
    void concurrentConsumersTakeABatchEach() throws Exception {
        CountDownLatch together = new CountDownLatch(3);
        camel.route(route -> route.from("pgpubsub:side?batching=true&batchSize=5&batchTimeout=50&concurrentConsumers=3")
                .process(exchange -> {
                    together.countDown();
                    together.await();
                }).process(inbox)).start();
        notifyAll("side", 0, 33);
        Inbox.await(() -> assertThat(all(inbox)).containsExactlyInAnyOrderElementsOf(List.<Object>copyOf(numbers(0, 33))));
    }

    @Test
    void filteredLeavesOwnMessagesOutOfTheBatch() throws Exception {
        camel.receive("pgpubsub:own?batching=true&batchSize=2&batchTimeout=1m&filtered=true&singleListener=false", inbox).start();
        notifyAll("own", 0, 1);
        camel.send("pgpubsub:own", "own");
        notifyAll("own", 1, 2);
        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 2))));
    }

    @Test
    void aGapIsAnExchangeOfItsOwn() throws Exception {
        camel.receive("pgpubsub:gap?batching=true&batchSize=3&batchTimeout=100&gapMarker=always&singleListener=false", inbox)
                .start();
        notifyAll("gap", 0, 3);
        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(List.of(), List.copyOf(numbers(0, 3))));
        assertThat(inbox.messages().get(0).getHeader(PgPubSubConstants.GAP)).isEqualTo(0L);
        assertThat(inbox.messages().get(0).getBody()).isNull();
    }

    @Test
    void aTemplateGetsBatches() throws Exception {
        camel.start();
        try (ConsumerTemplate template = camel.context().createConsumerTemplate()) {
            String uri = "pgpubsub:template?batching=true&batchSize=2&batchTimeout=1m";
            assertThat(template.receiveBody(uri, 1L)).isNull();
            notifyAll("template", 0, 2);
            assertThat(bodies(template.receiveBody(uri, 20_000L))).isEqualTo(numbers(0, 2));
        }
    }

    // ---- what a route does with it

    @Test
    void aBatchThatFailsIsReportedOnceAndTheNextOneComes() throws Exception {
        RecordedFailures reports = new RecordedFailures();
        camel.context().getRegistry().bind("reports", reports);
        camel.route(route -> route.from("pgpubsub:fails?batching=true&batchSize=2&batchTimeout=1m&exceptionHandler=#reports")
                .process(exchange -> {
                    if (bodies(exchange.getMessage().getBody()).contains("0")) {
                        throw new IllegalStateException("asked to fail");
                    }
                }).process(inbox)).start();
        notifyAll("fails", 0, 4);
        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(2, 4))));
        assertThat(reports.all()).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(reports.messages()).containsExactly("A batch of channel fails failed");
    }

    @Test
    void aMessageThatIsNoJsonIsLeftOut() throws Exception {
        camel.receive("pgpubsub:json?batching=true&batchSize=3&batchTimeout=1m&payloadFormat=json", inbox).start();
        postgres.strings("select pg_notify('json', v) from unnest(array['1', '{a', '2', '{b', '{c', '{d', '3']) v");
        Inbox.await(() -> assertThat(all(inbox)).containsExactly(1, 2));
        notifyAll("json", 4, 6);
        Inbox.await(() -> assertThat(all(inbox)).containsExactly(1, 2, 3, 4, 5));
    }

    /** A pool must not get the exchanges of a batch back while somebody has them. */
    @Test
    void theExchangesOfABatchBelongToWhoeverKeepsThem() throws Exception {
        camel.context().getCamelContextExtension().setExchangeFactory(new PooledExchangeFactory());
        List<Exchange> keptOnes = new CopyOnWriteArrayList<>();
        camel.route(route -> route.from("pgpubsub:pool?batching=true&batchSize=10&batchTimeout=50")
                .process(exchange -> exchange.getMessage().getBody(List.class).forEach(each -> keptOnes.add((Exchange) each))))
                .start();
        notifyAll("pool", 0, 500);
        Inbox.await(() -> assertThat(keptOnes).hasSize(500));
        assertThat(keptOnes).extracting(each -> each.getMessage().getBody()).isEqualTo(numbers(0, 500));
        assertThat(keptOnes)
                .allSatisfy(each -> assertThat(each.getMessage().getHeader(PgPubSubConstants.MESSAGE_ID)).isNotNull());
    }

    @Test
    void aRouteThatGoesOnOnAnotherThreadIsWaitedFor() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        camel.route(
                route -> route.from("pgpubsub:async?batching=true&batchSize=2&batchTimeout=50").threads(3).process(exchange -> {
                    assertThat(atWork.incrementAndGet()).isEqualTo(1);
                    // The work of the route, in which no second batch may begin. Nothing is expected of the time.
                    Thread.sleep(5);
                    atWork.decrementAndGet();
                }).process(inbox)).start();
        notifyAll("async", 0, 20);
        Inbox.await(() -> assertThat(all(inbox)).isEqualTo(numbers(0, 20)));
    }

    // ---- stop, suspend and hand-over in the middle

    /** Nobody else could get them. */
    @ParameterizedTest
    @ValueSource(strings = {"stop", "suspend"})
    void messagesThatGatherAreProcessedWithTheEndIfThereIsNoSuccessor(String how) throws Exception {
        camel.route(route -> route.from("pgpubsub:ends?batching=true&batchSize=10&batchTimeout=1h").routeId("r").process(inbox))
                .start();
        Inbox.await(() -> assertThat(camel.isReceiving("r")).isTrue());
        notifyAll("ends", 0, 3);
        Inbox.await(() -> assertThat(consumer("r").status().queued()).isEqualTo(3));
        if (how.equals("stop")) {
            camel.context().getRouteController().stopRoute("r");
        } else {
            camel.context().getRouteController().suspendRoute("r");
        }
        assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 3)));
        if (how.equals("suspend")) {
            camel.context().getRouteController().resumeRoute("r");
            Inbox.await(() -> assertThat(camel.isReceiving("r")).isTrue());
            notifyAll("ends", 3, 13);
            Inbox.await(
                    () -> assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 3)), List.copyOf(numbers(3, 13))));
        }
    }

    /** They have not begun, so the standby gets them, once and unmarked. CAMEL-20227 and others repeated or lost them. */
    @Test
    void messagesThatGatherAreTheSuccessors() throws Exception {
        String uri = "pgpubsub:heir?batching=true&batchSize=10&batchTimeout=1h";
        camel.route(route -> route.from(uri).routeId("r").process(inbox)).start();
        Inbox.await(() -> assertThat(camel.isReceiving("r")).isTrue());
        Inbox heir = new Inbox();
        try (CamelWithPostgres other = new CamelWithPostgres(postgres)) {
            other.route(route -> route.from(uri).routeId("r").process(heir)).start();
            // What comes before is not held by the standby, which so would not be in step until the last batch has ended.
            Inbox.await(() -> assertThat(camel.isInStep("r")).isTrue());
            notifyAll("heir", 0, 13);
            Inbox.await(() -> assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 10))));
            Inbox.await(() -> assertThat(camel.isInStep("r")).isTrue());
            Inbox.await(() -> assertThat(consumer("r").status().queued()).isEqualTo(3));
            camel.close();
            assertThat(batches(inbox)).containsExactly(List.copyOf(numbers(0, 10)));
            Inbox.await(() -> assertThat(other.isReceiving("r")).isTrue());
            notifyAll("heir", 13, 20);
            Inbox.await(() -> assertThat(batches(heir)).containsExactly(List.copyOf(numbers(10, 20))));
            assertThat(heir.messages().get(0).getHeader(PgPubSubConstants.REDELIVERED)).isNull();
        }
    }

    /** A leader that has lost its lock gives nothing out, however its batch stands. */
    @Test
    void aLostConnectionRepeatsNothingThatGathers() throws Exception {
        camel.configuration().setReconnectDelay(20);
        camel.route(route -> route.from("pgpubsub:lost?batching=true&batchSize=10&batchTimeout=1h").routeId("r").process(inbox))
                .start();
        Inbox.await(() -> assertThat(camel.isReceiving("r")).isTrue());
        notifyAll("lost", 0, 3);
        Inbox.await(() -> assertThat(consumer("r").status().queued()).isEqualTo(3));
        camel.backends(postgres, "listen").forEach(postgres::terminate);
        Inbox.await(() -> assertThat(consumer("r").status().counts().gaps()).isPositive());
        Inbox.await(() -> assertThat(camel.isReceiving("r")).isTrue());
        camel.context().getRouteController().stopRoute("r");
        assertThat(all(inbox)).isEqualTo(numbers(0, 3));
    }

    // ---- bad input

    @Test
    void optionsOfBatchesNeedBatching() {
        assertThatThrownBy(() -> camel.receive("pgpubsub:x?batchSize=3", inbox).start())
                .hasRootCauseMessage("The option batchSize needs batching=true");
        assertThatThrownBy(() -> new CamelWithPostgres(postgres).receive("pgpubsub:x?batching=true&batchSize=0", inbox).start())
                .hasRootCauseMessage("The option batchSize is 0; it must be at least 1");
    }
}
