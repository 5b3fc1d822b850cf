package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.spi.RouteController;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Endpoints of a context share connections, one after the other, and leave nothing behind. */
class SharedConnectionsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void aHundredConsumersAreOneListeningBackend() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            for (int i = 0; i < 100; i++) {
                camel.receive("pgpubsub:channel-" + i + "?singleListener=" + (i % 2 == 0), inbox);
            }
            long begin = System.nanoTime();
            camel.start();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));

            assertThat(camel.backends(postgres, "%")).hasSize(1);
            IntStream.range(0, 100).forEach(i -> camel.send("pgpubsub:channel-" + i, "for " + i));
            inbox.awaitSize(100);
            assertThat(inbox.bodies()).containsExactlyInAnyOrderElementsOf(
                    IntStream.range(0, 100).<Object>mapToObj(i -> "for " + i).toList());
            assertThat(camel.backends(postgres, "listen")).hasSize(1);
            assertThat(camel.backends(postgres, "publish")).hasSize(1);
        }
    }

    @Test
    void otherConnectionOptionsAreAnotherBackend() throws Exception {
        postgres.createRole("another", "secret");
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)
                .receive("pgpubsub:one", inbox)
                .receive("pgpubsub:one?group=other&queueSize=5&filtered=true", inbox)
                .receive("pgpubsub:one?group=third&user=another&password=RAW(secret)", inbox)
                .start()) {
            assertThat(camel.backends(postgres, "listen")).hasSize(2);

            postgres.notify("one", "hello");
            inbox.awaitBodies("hello", "hello", "hello");
        }
    }

    @Test
    void ofTwoConsumersOfOneGroupOneReceivesAndTheOtherTakesOverWithoutAGap() throws Exception {
        Inbox all = new Inbox();
        CountDownLatch release = new CountDownLatch(1);
        Inbox second = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)
                .route(route -> route.from("pgpubsub:turns").routeId("first").process(all).process(exchange -> {
                    if (exchange.getMessage().getBody().equals("0")) {
                        release.await(10, TimeUnit.SECONDS);
                    }
                }))
                .route(route -> route.from("pgpubsub:turns").routeId("second").process(all).process(second))
                .start()) {
            RouteController routes = camel.context().getRouteController();
            notifyTurns(0, 49);
            all.awaitBodies("0");

            // 49 messages wait behind the first one, which the route does not finish.
            Thread stopping = new Thread(() -> {
                try {
                    routes.stopRoute("first");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            stopping.start();
            notifyTurns(50, 99);
            assertThat(second.bodies()).isEmpty();
            release.countDown();
            stopping.join();
            notifyTurns(100, 100);

            all.awaitBodies(IntStream.rangeClosed(0, 100).mapToObj(String::valueOf).toArray());
            Inbox.await(() -> assertThat(second.bodies()).endsWith("100"));

            routes.startRoute("first");
            routes.stopRoute("second");
            second.clear();
            notifyTurns(101, 101);
            all.awaitSize(102);
            assertThat(second.bodies()).isEmpty();
        }
    }

    private static void notifyTurns(int first, int last) {
        postgres.strings("select pg_notify('turns', i::text) from generate_series(?, ?) as i", first, last);
    }

    @Test
    void stoppingLeavesNoThreadAndNoBackend() throws Exception {
        Map<Thread, StackTraceElement[]> before = Thread.getAllStackTraces();
        CamelWithPostgres camel = new CamelWithPostgres(postgres)
                .receive("pgpubsub:one", new Inbox())
                .receive("pgpubsub:one?singleListener=false&concurrentConsumers=3", new Inbox())
                .receive("pgpubsub:two?reconnectDelay=7", new Inbox())
                .start();
        try (camel) {
            camel.send("pgpubsub:one", "hello");
            assertThat(camel.backends(postgres, "%")).hasSize(3);
        }

        awaitNoBackend(camel, "%");
        Inbox.await(() -> assertThat(Thread.getAllStackTraces().keySet()).filteredOn(thread -> !before.containsKey(thread))
                .extracting(Thread::getName).filteredOn(name -> name.contains("pgpubsub")).isEmpty());
    }

    @Test
    void aFailedStartLeavesNothingEither() throws Exception {
        Map<Thread, StackTraceElement[]> before = Thread.getAllStackTraces();
        CamelWithPostgres camel = new CamelWithPostgres(postgres)
                .receive("pgpubsub:one", new Inbox())
                .route(route -> route.from("pgpubsub:two?password=wrong").to("pgpubsub:three?password=wrong"));
        try (camel) {
            assertThatThrownBy(camel::start).isNotNull();
        }

        awaitNoBackend(camel, "%");
        Inbox.await(() -> assertThat(Thread.getAllStackTraces().keySet()).filteredOn(thread -> !before.containsKey(thread))
                .extracting(Thread::getName).filteredOn(name -> name.contains("pgpubsub")).isEmpty());
    }

    @Test
    void startStopAndStartAgain() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)
                .receive("pgpubsub:again", inbox)
                .route(route -> route.from("direct:again").to("pgpubsub:again"))) {
            for (String round : List.of("first", "second", "third")) {
                camel.start();
                camel.send("direct:again", round);
                Inbox.await(() -> assertThat(inbox.bodies()).endsWith(round));
                camel.context().stop();
                awaitNoBackend(camel, "%");
            }
        }
        inbox.awaitBodies("first", "second", "third");
    }

    @Test
    void aRouteCanBeStoppedRemovedAndAddedAgain() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).start()) {
            for (int round = 0; round < 3; round++) {
                camel.route(route -> route.from("pgpubsub:again").routeId("again").process(inbox));
                postgres.notify("again", "round " + round);
                inbox.awaitSize(round + 1);
                camel.context().getRouteController().stopRoute("again");
                camel.context().removeRoute("again");
                awaitNoBackend(camel, "%");
            }
        }
    }

    @Test
    void aSuspendedRouteListensToNothingAndLetsOthersLead() throws Exception {
        Inbox first = new Inbox();
        Inbox second = new Inbox();
        try (CamelWithPostgres one = new CamelWithPostgres(postgres); CamelWithPostgres two = new CamelWithPostgres(postgres)) {
            one.route(route -> route.from("pgpubsub:pause").routeId("one").process(first)).start();
            two.route(route -> route.from("pgpubsub:pause").routeId("two").process(second)).start();
            postgres.notify("pause", "1");
            first.awaitBodies("1");

            one.context().getRouteController().suspendRoute("one");
            awaitNoBackend(one, "listen");
            Inbox.await(() -> assertThat(two.isReceiving("two")).isTrue());
            postgres.notify("pause", "2");
            second.awaitBodies("2");

            one.context().getRouteController().resumeRoute("one");
            two.context().getRouteController().suspendRoute("two");
            Inbox.await(() -> assertThat(one.isReceiving("one")).isTrue());
            postgres.notify("pause", "3");
            first.awaitBodies("1", "3");

            one.context().getRouteController().suspendRoute("one");
            postgres.notify("pause", "nobody hears this");
            one.context().getRouteController().resumeRoute("one");
            postgres.notify("pause", "4");
            first.awaitBodies("1", "3", "4");
            second.awaitBodies("2");
        }
    }

    /** The server takes a moment to notice that a client has disconnected. */
    private static void awaitNoBackend(CamelWithPostgres camel, String purpose) {
        Inbox.await(() -> assertThat(camel.backends(postgres, purpose)).isEmpty());
    }
}
