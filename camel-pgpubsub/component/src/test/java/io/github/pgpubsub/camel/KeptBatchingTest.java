package io.github.pgpubsub.camel;

import static io.github.pgpubsub.camel.BatchingTest.batches;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** One exchange for several messages of a kept channel, completed as a whole. */
class KeptBatchingTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Inbox inbox = new Inbox();
    private CamelWithPostgres camel;

    @BeforeEach
    void create() {
        camel = another();
    }

    private static CamelWithPostgres another() {
        CamelWithPostgres another = new CamelWithPostgres(postgres);
        another.configuration().setDurable(true);
        return another;
    }

    @AfterEach
    void close() {
        camel.close();
    }

    /** In one transaction, so in one window. */
    private static void insert(String channel, int from, int to) {
        postgres.execute("insert into pgpubsub.message (channel, payload) select ?, n from generate_series(?::int, ?::int) n",
                channel,
                from, to - 1);
    }

    private static void awaitStanding(String channel, String expected) {
        Inbox.await(() -> assertThat(postgres.strings("select 'lag ' || lag || ' parked ' || parked from pgpubsub.groups"
                + " where channel = '" + channel + "'")).containsExactly(expected));
    }

    private static List<Object> numbers(int from, int to) {
        return IntStream.range(from, to).<Object>mapToObj(String::valueOf).toList();
    }

    private static List<?> list(Exchange exchange) {
        return exchange.getMessage().getBody(List.class);
    }

    private static Object body(Object inner) {
        return ((Exchange) inner).getMessage().getBody();
    }

    @Test
    void aBatchIsAListOfExchangesWithTheirHeaders() throws Exception {
        camel.receive("pgpubsub:list?batching=true&batchSize=3&batchTimeout=1m", inbox).start();
        insert("list", 0, 7);

        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(numbers(0, 3), numbers(3, 6), numbers(6, 7)));
        awaitStanding("list", "lag 0 parked 0");
        Message batch = inbox.messages().get(0);
        assertThat(batch.getHeaders()).containsKeys(PgPubSubConstants.EPOCH, PgPubSubConstants.SHARD)
                .containsEntry(PgPubSubConstants.CHANNEL, "list")
                .doesNotContainKeys(PgPubSubConstants.ACK, PgPubSubConstants.REDELIVERED, PgPubSubConstants.MESSAGE_ID);
        assertThat(batch.getBody(List.class)).allSatisfy(each -> assertThat(((Exchange) each).getMessage().getHeaders())
                .containsKeys(PgPubSubConstants.MESSAGE_ID, PgPubSubConstants.EPOCH, PgPubSubConstants.MESSAGE_TIMESTAMP));
    }

    /** A batch may be small if its first message was committed just when the reader looked; the others gather. */
    @Test
    void messagesThatAreSentOneByOneGather() throws Exception {
        camel.route(route -> route.from("pgpubsub:trickle?batching=true&batchSize=4&batchTimeout=3s").routeId("r").process(inbox))
                .start();
        Inbox.await(() -> assertThat(camel.isReceiving("r")).isTrue());
        numbers(0, 40).forEach(each -> camel.send("pgpubsub:trickle", each));
        Inbox.await(() -> assertThat(batches(inbox).stream().flatMap(List::stream).toList()).isEqualTo(numbers(0, 40)));
        assertThat(batches(inbox)).hasSizeLessThan(30).anyMatch(batch -> batch.size() == 4);
    }

    @Test
    void theRouteAcknowledgesABatchOrItsMessages() throws Exception {
        camel.receive("pgpubsub:manual?batching=true&batchSize=3&batchTimeout=1m&ackMode=manual", inbox).start();
        insert("manual", 0, 6);
        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(numbers(0, 3), numbers(3, 6)));
        awaitStanding("manual", "lag 6 parked 0");
        inbox.messages().get(0).getHeader(PgPubSubConstants.ACK, PgPubSubAck.class).acknowledge();
        awaitStanding("manual", "lag 3 parked 0");
        Exchange fourth = (Exchange) inbox.messages().get(1).getBody(List.class).get(0);
        fourth.getMessage().getHeader(PgPubSubConstants.ACK, PgPubSubAck.class).acknowledge();
        awaitStanding("manual", "lag 2 parked 0");
    }

    @Test
    void aFailedBatchIsTriedAgainThenParkedAsAWhole() throws Exception {
        camel.route(route -> route
                .from("pgpubsub:fails?batching=true&batchSize=2&batchTimeout=1m&onError=retry&retryDelay=1&retryLimit=1")
                .process(inbox).process(exchange -> {
                    if (list(exchange).stream().anyMatch(each -> "2".equals(body(each)))) {
                        throw new IllegalStateException("asked to fail");
                    }
                })).start();
        insert("fails", 0, 5);
        awaitStanding("fails", "lag 0 parked 2");
        assertThat(batches(inbox)).containsExactly(numbers(0, 2), numbers(2, 4), numbers(2, 4), numbers(4, 5));
        assertThat(inbox.messages().get(2).getHeader(PgPubSubConstants.REDELIVERED)).isEqualTo(true);
        assertThat(postgres.strings("select distinct error from pgpubsub.parked where channel = 'fails'"))
                .containsExactly("java.lang.IllegalStateException: asked to fail");
    }

    @Test
    void aMessageThatIsNoJsonIsSkippedAloneOrParksItsBatch() throws Exception {
        camel.receive("pgpubsub:skips?batching=true&batchSize=3&batchTimeout=1m&payloadFormat=json", inbox)
                .receive("pgpubsub:parks?batching=true&batchSize=3&batchTimeout=1m&payloadFormat=json&onError=park", inbox)
                .start();
        for (String channel : List.of("skips", "parks")) {
            postgres.execute("insert into pgpubsub.message (channel, payload) select ?, unnest(array['1', '{', '2'])", channel);
        }
        awaitStanding("skips", "lag 0 parked 0");
        awaitStanding("parks", "lag 0 parked 3");
        assertThat(batches(inbox)).containsExactly(List.of(1, 2));
    }

    /** The effects of a batch and the place are committed together, also if the first attempt fails in the middle. */
    @Test
    void aBatchHasOneTransaction() throws Exception {
        postgres.execute("create table effect (payload text)");
        DataSourceTransactionManager transactions = new DataSourceTransactionManager(postgres.dataSource());
        JdbcTemplate sql = new JdbcTemplate(transactions.getDataSource());
        camel.context().getRegistry().bind("pool", transactions.getDataSource());
        camel.context().getRegistry().bind("transactions", transactions);
        AtomicBoolean failed = new AtomicBoolean();
        camel.route(route -> route
                .from("pgpubsub:tx?batching=true&batchSize=4&batchTimeout=1m&ackMode=transaction&onError=retry&retryDelay=1")
                .process(inbox).process(exchange -> {
                    for (Object each : list(exchange)) {
                        sql.update("insert into effect values (?)", body(each));
                        if ("6".equals(body(each)) && failed.compareAndSet(false, true)) {
                            throw new IllegalStateException("in the middle");
                        }
                    }
                })).start();
        insert("tx", 0, 10);
        awaitStanding("tx", "lag 0 parked 0");
        assertThat(batches(inbox)).containsExactly(numbers(0, 4), numbers(4, 8), numbers(4, 8), numbers(8, 10));
        assertThat(postgres.strings("select payload from effect order by payload::int")).isEqualTo(numbers(0, 10));
    }

    /** CAMEL-23994: camel-kafka acknowledged messages that it had read ahead and not processed. */
    @Test
    void onlyWhatWasInABatchThatEndedIsComplete() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        String uri = "pgpubsub:ahead?batching=true&batchSize=4&batchTimeout=1m&ackMode=message";
        camel.route(route -> route.from(uri).routeId("r").process(inbox).process(exchange -> {
            if (inbox.messages().size() == 2) {
                second.countDown();
                go.await();
                throw new IllegalStateException("ends with the process");
            }
        })).start();
        insert("ahead", 0, 20);
        second.await();
        awaitStanding("ahead", "lag 16 parked 0");
        // The process dies: its sessions end, and it never tells what became of its second batch.
        Inbox heir = new Inbox();
        try (CamelWithPostgres other = another().receive(uri, heir).start()) {
            // Again and again, because it may be back before the heir is ready.
            Inbox.await(() -> {
                if (heir.messages().isEmpty()) {
                    postgres.strings("select pg_terminate_backend(pid) from pg_stat_activity where application_name like ?",
                            "pgpubsub " + camel.context().getName() + " %");
                }
                assertThat(heir.messages()).isNotEmpty();
            });
            Inbox.await(() -> assertThat(batches(heir).stream().flatMap(List::stream)).containsExactlyElementsOf(numbers(4, 20)));
            assertThat(heir.messages().get(0).getHeader(PgPubSubConstants.REDELIVERED)).isEqualTo(true);
            assertThat(other.context().isStarted()).isTrue();
            go.countDown();
        }
    }

    /** A reader that looks just when the first message is committed may open a window for it alone. */
    private void awaitAsleep() {
        Inbox.await(() -> assertThat(((PgPubSubKeptConsumer) camel.context().getRoute("r").getConsumer()).isAsleep()).isTrue());
    }

    @Test
    void messagesThatGatherAreTheSuccessors() throws Exception {
        String uri = "pgpubsub:heir?batching=true&batchSize=10&batchTimeout=1h&pollInterval=1h";
        camel.route(route -> route.from(uri).routeId("r").process(inbox)).start();
        insert("heir", 0, 10);
        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(numbers(0, 10)));
        awaitAsleep();
        insert("heir", 10, 13);
        camel.close();
        assertThat(batches(inbox)).containsExactly(numbers(0, 10));
        Inbox heir = new Inbox();
        camel = another().receive(uri, heir).start();
        insert("heir", 13, 20);
        Inbox.await(() -> assertThat(batches(heir)).containsExactly(numbers(10, 20)));
        assertThat(heir.messages().get(0).getHeader(PgPubSubConstants.REDELIVERED)).isNull();
    }

    @Test
    void aSuspendedRouteGetsWhatGatheredWhenItIsResumed() throws Exception {
        camel.route(route -> route.from("pgpubsub:suspend?batching=true&batchSize=4&batchTimeout=1h&pollInterval=1h").routeId("r")
                .process(inbox))
                .start();
        awaitAsleep();
        insert("suspend", 0, 2);
        camel.context().getRouteController().suspendRoute("r");
        assertThat(batches(inbox)).isEmpty();
        insert("suspend", 2, 4);
        camel.context().getRouteController().resumeRoute("r");
        Inbox.await(() -> assertThat(batches(inbox)).containsExactly(numbers(0, 4)));
        assertThat(inbox.messages().get(0).getHeader(PgPubSubConstants.REDELIVERED)).isNull();
    }
}
