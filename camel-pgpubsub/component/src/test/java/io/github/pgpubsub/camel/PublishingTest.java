package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.support.JustUsed;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sent messages arrive completely, in order and on the right channel; a send that succeeds is committed. */
class PublishingTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Inbox a = new Inbox();
    private static final Inbox b = new Inbox();
    private static final Inbox after = new Inbox();
    private static Proxy proxy;
    private static CamelWithPostgres camel;

    @BeforeAll
    static void start() throws Exception {
        proxy = new Proxy(postgres.server());
        camel = new CamelWithPostgres(postgres)
                .receive("pgpubsub:A", a)
                .receive("pgpubsub:B", b)
                .route(route -> route.from("pgpubsub:Forward").to("pgpubsub:B").process(after))
                .route(route -> route.from("direct:dynamic").toD("pgpubsub:${header.where}").process(after))
                .route(route -> route.from("direct:twice").to("pgpubsub:A").to("pgpubsub:A").process(after))
                .start();
    }

    @AfterAll
    static void stop() {
        camel.close();
        proxy.close();
    }

    @AfterEach
    void empty() {
        a.clear();
        b.clear();
        after.clear();
    }

    @Test
    void tenThousandEqualPayloadsSentAtOnceArriveTenThousandTimes() throws Exception {
        inParallel(20, thread -> {
            for (int i = 0; i < 500; i++) {
                camel.send("pgpubsub:A", "the same");
            }
        });

        a.awaitSize(10_000);
        assertThat(a.bodies()).containsOnly("the same");
    }

    @Test
    void whatOneThreadSendsKeepsItsOrderEvenWhenItDoesNotWait() throws Exception {
        Endpoint endpoint = camel.context().getEndpoint("pgpubsub:A");
        AsyncProducer producer = endpoint.createAsyncProducer();
        producer.start();
        try {
            inParallel(8, thread -> {
                List<CompletableFuture<Exchange>> sent = IntStream.range(0, 500).mapToObj(i -> {
                    Exchange exchange = endpoint.createExchange();
                    exchange.getMessage().setBody(thread + ":" + i);
                    return producer.processAsync(exchange);
                }).toList();
                for (CompletableFuture<Exchange> each : sent) {
                    assertThat(each.get(60, TimeUnit.SECONDS).getException()).isNull();
                }
            });
        } finally {
            producer.stop();
        }

        a.awaitSize(4000);
        for (int thread = 0; thread < 8; thread++) {
            String prefix = thread + ":";
            assertThat(a.bodies().stream().map(String.class::cast).filter(body -> body.startsWith(prefix)))
                    .containsExactlyElementsOf(IntStream.range(0, 500).mapToObj(i -> prefix + i).toList());
        }
    }

    @Test
    void fromOneChannelToAnotherGoesToTheOther() {
        postgres.notify("Forward", "onwards");

        b.awaitBodies("onwards");
        after.awaitBodies("onwards");
        assertThat(b.messages().get(0).getHeader(PgPubSubConstants.CHANNEL)).isEqualTo("B");
        assertThat(after.messages().get(0).getHeader(PgPubSubConstants.CHANNEL)).isEqualTo("Forward");
    }

    @Test
    void theOverrideHeaderIsForOneSendOnly() {
        camel.template().sendBodyAndHeader("direct:twice", "hello", PgPubSubConstants.OVERRIDE_CHANNEL, "B");

        b.awaitBodies("hello");
        a.awaitBodies("hello");
        assertThat(after.messages()).singleElement().satisfies(
                message -> assertThat(message.getHeaders()).doesNotContainKey(PgPubSubConstants.OVERRIDE_CHANNEL));
    }

    @Test
    void aDynamicEndpointSendsWhereTheMessageSays() {
        camel.template().sendBodyAndHeader("direct:dynamic", "1", "where", "A");
        camel.template().sendBodyAndHeader("direct:dynamic", "2", "where", "B");
        camel.template().sendBodyAndHeader("direct:dynamic", "3", "where", "A");

        a.awaitBodies("1", "3");
        b.awaitBodies("2");
        assertThat(camel.backends(postgres, "publish")).hasSize(1);
    }

    @Test
    void askedForAnAnswerTheBodyComesBackUnchanged() {
        Map<String, Integer> body = Map.of("one", 1);

        assertThat(camel.template().requestBody("pgpubsub:A", body)).isSameAs(body);
        Exchange answer = camel.template().request("pgpubsub:A", exchange -> {
            exchange.setPattern(ExchangePattern.InOut);
            exchange.getMessage().setBody("two");
            exchange.getMessage().setHeader("kept", "yes");
        });

        assertThat(answer.getMessage().getBody()).isEqualTo("two");
        assertThat(answer.getMessage().getHeader("kept")).isEqualTo("yes");
        a.awaitBodies("{\"one\":1}", "two");
        assertThat(a.messages().get(1).getHeaders()).as("headers do not travel").doesNotContainKey("kept");
    }

    @Test
    void anExchangeIsDoneOnceItsNotificationIsCommittedAndNotBefore() throws Exception {
        String slow = "pgpubsub:A?url=" + throughProxy("slow");
        camel.send(slow, "connected");
        a.awaitBodies("connected");

        proxy.stall();
        try {
            CompletableFuture<Object> sent = camel.template().asyncSendBody(slow, "held back");
            assertThat(catchThrowable(() -> sent.get(300, TimeUnit.MILLISECONDS))).isInstanceOf(TimeoutException.class);
            assertThat(a.bodies()).containsExactly("connected");

            proxy.resume();
            sent.get(60, TimeUnit.SECONDS);
            a.awaitBodies("connected", "held back");
        } finally {
            proxy.resume();
        }
    }

    @Test
    void withoutAnAnswerTheSenderLearnsThatNobodyKnows() throws Exception {
        String impatient = "pgpubsub:Void?sendTimeout=1s&url=" + throughProxy("impatient");
        try {
            JustUsed.by(() -> {
                proxy.resume();
                // The same connection, with more time.
                camel.send("pgpubsub:Void?url=" + throughProxy("impatient"), "connected");
                proxy.stall();
            });
            long begin = System.nanoTime();
            assertThatThrownBy(() -> camel.send(impatient, "into the void")).cause()
                    .isInstanceOf(UnknownOutcomeException.class).hasMessageContaining("may have been sent or not");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(990), Duration.ofSeconds(8));
        } finally {
            proxy.resume();
            proxy.reset();
        }
    }

    @Test
    void whereNothingAnswersASendFailsInTimeAndSaysWhereItWanted() throws Exception {
        try (Proxy nobody = new Proxy(postgres.server()); CamelWithPostgres alone = new CamelWithPostgres(postgres)) {
            nobody.refuse(true);
            alone.configuration().setUrl("jdbc:postgresql://" + nobody.host() + ":" + nobody.port() + "/" + postgres.database());
            alone.start();

            long begin = System.nanoTime();
            assertThatThrownBy(() -> alone.send("pgpubsub:A?sendTimeout=400", "hello")).cause()
                    .hasMessageContaining("Not sent").hasMessageContaining(nobody.host() + ":" + nobody.port());
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(390), Duration.ofSeconds(8));

            nobody.refuse(false);
            alone.send("pgpubsub:A", "there again");
            a.awaitBodies("there again");
        }
    }

    /** The database through the proxy, so that the endpoints share no connection with other tests. */
    private static String throughProxy(String name) {
        return "RAW(jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database() + "?ApplicationName="
                + name + ")";
    }

    private static void inParallel(int threads, Work work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                all.add(executor.submit(() -> {
                    work.run(thread);
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** The work of each thread. */
    private interface Work {
        void run(int thread) throws Exception;
    }
}
