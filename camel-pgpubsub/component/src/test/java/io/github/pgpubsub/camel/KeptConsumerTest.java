package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a consumer of a kept channel gets, when a message counts as complete, and what becomes of one that fails. */
class KeptConsumerTest {

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
    private static void insert(String channel, String... payloads) {
        postgres.execute("insert into pgpubsub.message (channel, payload) select ?, unnest(string_to_array(?, ','))", channel,
                String.join(",", payloads));
    }

    private static List<String> standing(String channel) {
        return postgres.strings("select grp || ' lag ' || lag || ' parked ' || parked from pgpubsub.groups where channel = ?"
                .replace("?", "'" + channel + "'"));
    }

    private static void awaitStanding(String channel, String... expected) {
        Inbox.await(() -> assertThat(standing(channel)).containsExactly(expected));
    }

    // ---- from where

    @Test
    void nothingRunsWhenTenThousandMessagesAreInsertedAndTheyAllCome() throws Exception {
        try (CamelWithPostgres makesTheLog = another().route(route -> route.from("direct:a").to("pgpubsub:any")).start()) {
            assertThat(makesTheLog.context().isStarted()).isTrue();
        }
        postgres.execute("insert into pgpubsub.message (channel, payload) select 'early', n from generate_series(1, 10000) n");

        camel.receive("pgpubsub:early?startFrom=earliest", inbox).start();
        inbox.awaitSize(10_000);
        assertThat(inbox.bodies()).isEqualTo(IntStream.rangeClosed(1, 10_000).mapToObj(Integer::toString).toList());
        awaitStanding("early", "default lag 0 parked 0");
    }

    @Test
    void aGroupThatHasAPlaceMissesNothingWhileNobodyRuns() throws Exception {
        camel.receive("pgpubsub:place", inbox).start();
        insert("place", "one");
        inbox.awaitBodies("one");
        camel.close();
        insert("place", "two", "three");
        camel = another().receive("pgpubsub:place", inbox).start();

        inbox.awaitBodies("one", "two", "three");
        assertThat(inbox.messages()).allSatisfy(
                message -> assertThat(message.getHeader(PgPubSubConstants.REDELIVERED)).isNull());
    }

    @Test
    void startFromAnIdOrATime() throws Exception {
        try (CamelWithPostgres sender = another().start()) {
            List<String> ids = IntStream.range(0, 3).mapToObj(i -> sender.template().request("pgpubsub:from",
                    exchange -> exchange.getMessage().setBody("m" + i)).getMessage()
                    .getHeader(PgPubSubConstants.MESSAGE_ID, String.class)).toList();
            String time = postgres.strings("select to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                    + " from pgpubsub.message where payload = 'm1' and channel = 'from'").get(0);
            Inbox byTime = new Inbox();
            camel.receive("pgpubsub:from?group=id&startFrom=" + ids.get(1), inbox)
                    .receive("pgpubsub:from?group=time&startFrom=" + time, byTime).start();

            inbox.awaitBodies("m1", "m2");
            byTime.awaitBodies("m1", "m2");
        }
    }

    // ---- who

    @Test
    void eachGroupGetsEachMessageAndWithoutASingleListenerEachConsumer() throws Exception {
        Inbox second = new Inbox();
        Inbox all1 = new Inbox();
        Inbox all2 = new Inbox();
        camel.receive("pgpubsub:who?group=one", inbox).receive("pgpubsub:who?group=two", second)
                .receive("pgpubsub:who?singleListener=false", all1).receive("pgpubsub:who?singleListener=false", all2).start();
        insert("who", "a", "b");

        for (Inbox each : List.of(inbox, second, all1, all2)) {
            each.awaitBodies("a", "b");
        }
        camel.close();
        // Places of their own end with their consumers.
        Inbox.await(() -> assertThat(standing("who")).hasSize(2));
    }

    @Test
    void filteredLeavesOutWhatThisContextSent() throws Exception {
        camel.receive("pgpubsub:filtered?filtered=true&singleListener=false", inbox).start();
        try (CamelWithPostgres other = another().start()) {
            camel.send("pgpubsub:filtered", "own");
            other.send("pgpubsub:filtered", "foreign");
            insert("filtered", "sql");
            inbox.awaitBodies("foreign", "sql");
        }
    }

    @Test
    void aSecondContextTakesOverWhereTheFirstOneStopped() throws Exception {
        Inbox heir = new Inbox();
        camel.receive("pgpubsub:heir", inbox).start();
        try (CamelWithPostgres other = another().receive("pgpubsub:heir", heir).start()) {
            insert("heir", "one");
            inbox.awaitBodies("one");
            camel.close();
            insert("heir", "two");
            heir.awaitBodies("two");
            inbox.awaitBodies("one");
            assertThat(other.context().isStarted()).isTrue();
        }
    }

    @Test
    void twoRoutesOfOneGroupInOneContextShareTheMessages() throws Exception {
        Inbox second = new Inbox();
        camel.route(route -> route.from("pgpubsub:two").routeId("one").process(inbox)).receive("pgpubsub:two", second).start();
        for (int i = 0; i < 20; i++) {
            insert("two", "m" + i);
        }
        awaitStanding("two", "default lag 0 parked 0");
        assertThat(inbox.messages().size() + second.messages().size()).isEqualTo(20);
        camel.context().getRouteController().stopRoute("one");
        insert("two", "last");
        Inbox.await(() -> assertThat(second.bodies()).contains("last"));
    }

    @Test
    void suspendedRoutesGetTheRestWhenTheyAreResumed() throws Exception {
        camel.route(route -> route.from("pgpubsub:suspend").routeId("suspended").process(inbox)).start();
        insert("suspend", "one");
        inbox.awaitBodies("one");
        camel.context().getRouteController().suspendRoute("suspended");
        insert("suspend", "two");
        awaitStanding("suspend", "default lag 1 parked 0");
        camel.context().getRouteController().resumeRoute("suspended");

        inbox.awaitBodies("one", "two");
    }

    @Test
    void concurrentConsumersWorkSideBySide() throws Exception {
        CountDownLatch together = new CountDownLatch(3);
        camel.route(route -> route.from("pgpubsub:side?concurrentConsumers=3").process(exchange -> {
            together.countDown();
            together.await();
        }).process(inbox)).start();
        insert("side", "a", "b", "c");

        inbox.awaitSize(3);
        awaitStanding("side", "default lag 0 parked 0");
    }

    @Test
    void aRouteThatGoesOnOnAnotherThreadIsWaitedFor() throws Exception {
        camel.route(route -> route.from("pgpubsub:async").threads(1).process(exchange -> {
            assertThat(standing("async")).containsExactly("default lag 1 parked 0");
        }).process(inbox)).start();
        insert("async", "a");

        inbox.awaitBodies("a");
        awaitStanding("async", "default lag 0 parked 0");
    }

    // ---- when a message is complete

    @Test
    void ackModeMessage() throws Exception {
        camel.receive("pgpubsub:each?ackMode=message", inbox).start();
        insert("each", "a", "b");
        inbox.awaitBodies("a", "b");
        awaitStanding("each", "default lag 0 parked 0");
    }

    @Test
    void withAckModeManualTheRouteCompletesTheMessage() throws Exception {
        // A stop waits for the third message, which nobody will acknowledge, until Camel's time and the consumer's are up.
        camel.context().getShutdownStrategy().setTimeout(1);
        camel.receive("pgpubsub:manual?ackMode=manual", inbox).start();
        insert("manual", "a", "b", "c");
        inbox.awaitBodies("a", "b", "c");
        awaitStanding("manual", "default lag 3 parked 0");

        ack(inbox.messages().get(1));
        ack(inbox.messages().get(0));
        ack(inbox.messages().get(0));
        awaitStanding("manual", "default lag 1 parked 0");

        camel.close();
        Inbox next = new Inbox();
        camel = another().receive("pgpubsub:manual?ackMode=manual", next).start();
        next.awaitBodies("c");
        assertThat(next.messages().get(0).getHeader(PgPubSubConstants.REDELIVERED)).isEqualTo(true);
    }

    private static void ack(Message message) {
        message.getHeader(PgPubSubConstants.ACK, PgPubSubAck.class).acknowledge();
    }

    @Test
    void simpleCanAcknowledge() throws Exception {
        camel.route(route -> route.from("pgpubsub:simple?ackMode=manual").process(inbox)
                .script(route.simple("${header.CamelPgPubSubAck.acknowledge()}"))).start();
        insert("simple", "a");
        inbox.awaitBodies("a");
        awaitStanding("simple", "default lag 0 parked 0");
    }

    // ---- what fails

    @Test
    void skipGoesOn() throws Exception {
        camel.route(route -> route.from("pgpubsub:skip").routeId("r").process(KeptConsumerTest::failIfBad).process(inbox))
                .start();
        insert("skip", "a", "bad", "b");

        inbox.awaitBodies("a", "b");
        awaitStanding("skip", "default lag 0 parked 0");
        Inbox.await(() -> assertThat(consumer("r").getSkipped()).isEqualTo(1));
    }

    @Test
    void retryHoldsThoseBehindUntilItSucceeds() throws Exception {
        AtomicBoolean mended = new AtomicBoolean();
        Inbox attempts = new Inbox();
        camel.route(
                route -> route.from("pgpubsub:retry?onError=retry&retryDelay=10&retryMaxDelay=50").routeId("r").process(attempts)
                        .process(exchange -> {
                            if (!mended.get()) {
                                failIfBad(exchange);
                            }
                        }).process(inbox))
                .start();
        insert("retry", "a", "bad", "b");
        Inbox.await(() -> assertThat(attempts.bodies()).hasSizeGreaterThan(4));
        assertThat(inbox.bodies()).containsExactly("a");
        assertThat(attempts.bodies().subList(1, 5)).containsOnly("bad");
        assertThat(attempts.messages().get(3).getHeader(PgPubSubConstants.REDELIVERED)).isEqualTo(true);

        mended.set(true);
        inbox.awaitBodies("a", "bad", "b");
        assertThat(consumer("r").getRetried()).isPositive();
    }

    @Test
    void afterRetryLimitAMessageIsParkedAndComesBackByJmx() throws Exception {
        AtomicBoolean mended = new AtomicBoolean();
        Inbox attempts = new Inbox();
        camel.route(route -> route.from("pgpubsub:limit?onError=retry&retryDelay=1&retryLimit=2").routeId("r").process(attempts)
                .process(exchange -> {
                    if (!mended.get()) {
                        failIfBad(exchange);
                    }
                }).process(inbox)).start();
        insert("limit", "bad", "a");
        inbox.awaitBodies("a");
        awaitStanding("limit", "default lag 0 parked 1");
        attempts.awaitBodies("bad", "bad", "bad", "a");
        assertThat(postgres.strings("select error from pgpubsub.parked where channel = 'limit'"))
                .containsExactly("java.lang.IllegalStateException: asked to fail");

        mended.set(true);
        assertThat(consumer("r").requeueAll()).isEqualTo(1);
        inbox.awaitBodies("a", "bad");
        awaitStanding("limit", "default lag 0 parked 0");
    }

    @Test
    void parkGoesOnAtOnceAndOneMessageCanBeRequeued() throws Exception {
        camel.route(route -> route.from("pgpubsub:park?onError=park").routeId("r").process(inbox)
                .process(KeptConsumerTest::failIfBad)).start();
        insert("park", "bad", "a", "bad");
        inbox.awaitBodies("bad", "a", "bad");
        awaitStanding("park", "default lag 0 parked 2");
        String id = inbox.messages().get(0).getHeader(PgPubSubConstants.MESSAGE_ID, String.class);

        assertThat(consumer("r").requeue(id)).isEqualTo(1);
        assertThat(consumer("r").requeue(id)).isZero();
        assertThatThrownBy(() -> consumer("r").requeue("nonsense")).hasMessageContaining("nonsense");
        inbox.awaitBodies("bad", "a", "bad", "bad");
        assertThat(inbox.messages().get(3).getHeader(PgPubSubConstants.MESSAGE_ID)).isNotEqualTo(id);
        Inbox.await(() -> assertThat(consumer("r").getGroupParked()).isEqualTo(2));
    }

    @Test
    void camelsErrorHandlerComesFirst() throws Exception {
        Inbox dead = new Inbox();
        camel.route(route -> {
            route.from("direct:dead").process(dead);
            route.from("pgpubsub:handled?onError=park").onException(IllegalStateException.class).handled(true).to("direct:dead")
                    .end()
                    .process(KeptConsumerTest::failIfBad).process(inbox);
        }).start();
        insert("handled", "bad", "a");
        inbox.awaitBodies("a");
        dead.awaitBodies("bad");
        awaitStanding("handled", "default lag 0 parked 0");
    }

    @Test
    void anExchangeThatIsMarkedForRollbackHasFailed() throws Exception {
        camel.route(route -> route.from("pgpubsub:rollback?onError=park").choice().when(route.body().isEqualTo("bad"))
                .markRollbackOnly().end().process(inbox)).start();
        insert("rollback", "bad", "a");
        inbox.awaitBodies("a");
        awaitStanding("rollback", "default lag 0 parked 1");
    }

    @Test
    void aPayloadThatIsNoJsonFails() throws Exception {
        camel.receive("pgpubsub:json?onError=park&payloadFormat=json", inbox).start();
        insert("json", "{\"geheim\":", "{}");
        inbox.awaitSize(1);
        awaitStanding("json", "default lag 0 parked 1");
        assertThat(postgres.strings("select error from pgpubsub.parked where channel = 'json'")).singleElement().asString()
                .contains("not JSON (line 1").doesNotContain("geheim");
    }

    private static void failIfBad(Exchange exchange) {
        if ("bad".equals(exchange.getMessage().getBody())) {
            throw new IllegalStateException("asked to fail");
        }
    }

    // ---- gaps

    @Test
    void aGroupThatWasRemovedIsToldSo() throws Exception {
        camel.route(route -> route.from("pgpubsub:removed?gapMarker=reconnect&startFrom=earliest").routeId("r").process(inbox))
                .start();
        insert("removed", "one");
        inbox.awaitBodies("one");
        awaitStanding("removed", "default lag 0 parked 0");
        assertThat(consumer("r").dropGroup("default")).isTrue();
        assertThat(consumer("r").dropGroup("nobody")).isFalse();

        Inbox.await(() -> assertThat(inbox.bodies()).contains((Object) null));
        Message marker = inbox.messages().stream().filter(message -> message.getBody() == null).findFirst().orElseThrow();
        assertThat(marker.getHeader(PgPubSubConstants.MISSED)).isEqualTo(0L);
        assertThat(marker.getHeader(PgPubSubConstants.CHANNEL)).isEqualTo("removed");
        assertThat(marker.getHeader(PgPubSubConstants.GAP)).isNull();
    }

    @Test
    void seekSendsTheGroupBack() throws Exception {
        camel.route(route -> route.from("pgpubsub:seek").routeId("r").process(inbox)).start();
        insert("seek", "one", "two");
        inbox.awaitBodies("one", "two");
        awaitStanding("seek", "default lag 0 parked 0");
        consumer("r").seek("earliest");
        inbox.awaitBodies("one", "two", "one", "two");
        assertThatThrownBy(() -> consumer("r").seek("yesterday")).hasMessageContaining("startFrom is yesterday");
    }

    // ---- polling

    @Test
    void aMessageThatWasPolledIsCompleteWhenItsExchangeIs() throws Exception {
        camel.route(route -> route.from("direct:poll").pollEnrich("pgpubsub:poll?startFrom=earliest", 20_000).process(inbox)
                .choice().when(route.header("lag")).process(exchange -> assertThat(standing("poll"))
                        .containsExactly("default lag 2 parked 0"))
                .end())
                // Makes the log.
                .route(route -> route.from("direct:any").to("pgpubsub:any")).start();
        insert("poll", "a", "b");

        camel.template().sendBodyAndHeader("direct:poll", "x", "lag", true);
        inbox.awaitBodies("a");
        awaitStanding("poll", "default lag 1 parked 0");
        camel.send("direct:poll", "x");
        inbox.awaitBodies("a", "b");
        awaitStanding("poll", "default lag 0 parked 0");
    }

    @Test
    void anExchangeThatHasPolledAndIsMarkedForRollbackHasFailed() throws Exception {
        camel.route(
                route -> route.from("direct:pollAndMark").pollEnrich("pgpubsub:marked?startFrom=earliest&onError=park", 20_000)
                        .process(inbox).choice().when(route.body().isEqualTo("bad")).markRollbackOnly().end())
                // Makes the log.
                .route(route -> route.from("direct:any").to("pgpubsub:any")).start();
        insert("marked", "bad", "a");

        camel.send("direct:pollAndMark", "x");
        camel.send("direct:pollAndMark", "x");
        inbox.awaitBodies("bad", "a");
        awaitStanding("marked", "default lag 0 parked 1");
    }

    /** Camel fails an exchange in the same way if nobody polls it in time, and that one is offered again. */
    @Test
    void anExchangeThatHasPolledAndThenWaitsInVainHasFailed() throws Exception {
        camel.route(
                route -> route.from("direct:pollAndAsk").pollEnrich("pgpubsub:asked?startFrom=earliest&onError=park", 20_000)
                        .process(inbox).filter(route.body().isEqualTo("bad")).process(exchange -> {
                            throw new ExchangeTimedOutException(exchange, 20);
                        }))
                // Makes the log.
                .route(route -> route.from("direct:any").to("pgpubsub:any")).start();
        insert("asked", "bad", "a");

        assertThatThrownBy(() -> camel.send("direct:pollAndAsk", "x")).hasRootCauseInstanceOf(ExchangeTimedOutException.class);
        camel.send("direct:pollAndAsk", "x");
        inbox.awaitBodies("bad", "a");
        awaitStanding("asked", "default lag 0 parked 1");
    }

    @Test
    void whatNobodyHasPolledIsThereForTheNextOne() throws Exception {
        camel.start();
        ConsumerTemplate template = camel.context().createConsumerTemplate();
        assertThat(template.receiveBody("pgpubsub:template", 0L)).isNull();
        insert("template", "a", "b", "c");
        assertThat(template.receiveBody("pgpubsub:template", 20_000L)).isEqualTo("a");
        template.stop();
        awaitStanding("template", "default lag 2 parked 0");

        camel.receive("pgpubsub:template", inbox);
        inbox.awaitBodies("b", "c");
    }

    private PgPubSubKeptConsumer consumer(String route) {
        return (PgPubSubKeptConsumer) camel.context().getRoute(route).getConsumer();
    }
}
