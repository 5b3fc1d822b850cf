package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Routes and contexts that stop, suspend or shut down finish what they have begun and leave nothing behind, with or without a
 * server.
 */
@Tag("long")
class OrderlyStopIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasTakenInIsProcessedAndNothingIsLeft(boolean singleListener) throws Exception {
        int messages = 300;
        Arrivals begun = new Arrivals();
        Arrivals ended = new Arrivals();
        CountDownLatch go = new CountDownLatch(1);
        Application application = new Application(postgres).route(route -> route
                .from("pgpubsub:stop?singleListener=" + singleListener).routeId("in")
                .process(begun).process(exchange -> go.await()).process(ended)
                .to("pgpubsub:stopped"));
        try (application) {
            application.start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            postgres.strings("select count(pg_notify('stop', n::text)) from generate_series(1, ?) n", messages);
            soon(() -> assertThat(application.health("in").getDetails()).containsEntry("queued", messages - 1));
            Thread stopping = new Thread(application::close);
            stopping.start();
            soon(() -> assertThat(application.isReceiving("in")).isFalse());
            go.countDown();
            stopping.join();
        }
        List<String> all = IntStream.rangeClosed(1, messages).mapToObj(String::valueOf).toList();
        assertThat(begun.bodies()).isEqualTo(all);
        assertThat(ended.bodies()).isEqualTo(all);
        assertNothingIsLeft(application);
    }

    /** No other member can take the messages, and the server can't be reached. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasTakenInIsProcessedAlsoIfTheConnectionIsLost(boolean singleListener) throws Exception {
        int messages = 300;
        Arrivals begun = new Arrivals();
        CountDownLatch go = new CountDownLatch(1);
        // The route is slow, so that most messages are unfinished at the stop.
        try (Proxy proxy = new Proxy(postgres.server());
                Application application = new Application(postgres).through(proxy)
                        .route(route -> route.from("pgpubsub:stop lost?singleListener=" + singleListener).routeId("in")
                                .process(begun).process(exchange -> go.await()).process(exchange -> Thread.sleep(5)))) {
            application.start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            postgres.strings("select count(pg_notify('stop lost', n::text)) from generate_series(1, ?) n", messages);
            soon(() -> assertThat(application.health("in").getDetails()).containsEntry("queued", messages - 1));
            proxy.refuse(true);
            proxy.reset();
            soon(() -> assertThat(application.backends("listen")).isEmpty());
            soon(() -> assertThat(application.isReceiving("in")).isFalse());
            Thread stopping = new Thread(application::close);
            stopping.start();
            soon(() -> assertThat(application.context().isStopping()).isTrue());
            go.countDown();
            stopping.join();
        }
        Figures.print("an orderly stop while the connection is lost, singleListener=%b: processed %d of %d that were taken in",
                singleListener, begun.bodies().size(), messages);
        assertThat(begun.bodies()).isEqualTo(IntStream.rangeClosed(1, messages).mapToObj(String::valueOf).toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoIsSuspendedTakesNothing(boolean singleListener) throws Exception {
        Arrivals one = new Arrivals();
        Arrivals two = new Arrivals();
        String uri = "pgpubsub:suspend?acquireInterval=50&singleListener=" + singleListener;
        try (Application first = new Application(postgres).receive("in", uri, one).start();
                Application second = new Application(postgres).receive("in", uri, two).start()) {
            soon(() -> assertThat(first.isReceiving("in")).isTrue());
            first.context().getRouteController().suspendRoute("in");
            assertThat(first.status("in")).isEqualTo(ServiceStatus.Suspended);
            soon(() -> assertThat(first.backends("%")).isEmpty());
            soon(() -> assertThat(second.isReceiving("in")).isTrue());
            postgres.notify("suspend", "while it is suspended");
            two.awaitBodies("while it is suspended");

            first.context().getRouteController().resumeRoute("in");
            second.context().getRouteController().suspendRoute("in");
            soon(() -> assertThat(first.isReceiving("in")).isTrue());
            postgres.notify("suspend", "after");
            one.awaitBodies("after");
            assertThat(two.bodies()).doesNotContain("after");
        }
    }

    /** Each send returns, and every successful send is committed. */
    @Test
    void whoPublishesWhileItShutsDownIsNotLeftWaiting() throws Exception {
        Set<String> succeeded = new ConcurrentSkipListSet<>();
        AtomicInteger failed = new AtomicInteger();
        Arrivals arrivals = new Arrivals();
        Application application = new Application(postgres).start();
        try (Application other = new Application(postgres)
                .receive("in", "pgpubsub:shutdown?singleListener=false", arrivals).start()) {
            ProducerTemplate template = application.template();
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String sender = i + ":";
                senders.add(new Thread(() -> {
                    for (int n = 0; failed.get() < 100; n++) {
                        try {
                            template.sendBody("pgpubsub:shutdown", sender + n);
                            succeeded.add(sender + n);
                        } catch (RuntimeException e) {
                            failed.incrementAndGet();
                        }
                    }
                }));
            }
            senders.forEach(Thread::start);
            arrivals.awaitMore(100);
            long begin = System.nanoTime();
            application.close();
            for (Thread sender : senders) {
                sender.join(20_000);
                assertThat(sender.isAlive()).as("a sender waits for ever").isFalse();
            }
            Figures.print("8 senders amid a shutdown: the last one came back after %d ms, %d messages had been sent",
                    millisSince(begin), succeeded.size());
            soon(() -> assertThat(arrivals.bodies()).containsAll(succeeded));
            assertThat(other.isReceiving("in")).isTrue();
        }
        assertNothingIsLeft(application);
    }

    /** Refused: each attempt to connect fails at once. Mute: the server answers neither on old connections nor on new ones. */
    @ParameterizedTest
    @CsvSource({"true, refused", "false, refused", "true, mute", "false, mute"})
    void anOutageDoesNotHoldAStopUp(boolean singleListener, String outage) throws Exception {
        try (Proxy proxy = new Proxy(postgres.server());
                Application application = new Application(postgres).through(proxy)
                        .receive("in", "pgpubsub:outage?singleListener=" + singleListener, new Arrivals())
                        .route(route -> route.from("direct:out").to("pgpubsub:outage?sendTimeout=1s")).start()) {
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            application.send("direct:out", "before");
            if (outage.equals("mute")) {
                proxy.stall();
            } else {
                proxy.refuse(true);
                proxy.reset();
                soon(() -> assertThat(application.isReceiving("in")).isFalse());
            }
            try {
                application.send("direct:out", "amid");
            } catch (CamelExecutionException e) {
                // Expected.
            }
            long begin = System.nanoTime();
            application.context().stop();
            long millis = millisSince(begin);
            Figures.print("stop during an outage (%s), singleListener=%b: %d ms", outage, singleListener, millis);
            // The listener waits heartbeatTimeout for an answer.
            assertThat(millis).isLessThan(outage.equals("mute") ? 3_000 + 6_000 : 8_000);
            proxy.resume();
            proxy.cut();
            assertNothingIsLeft(application);
        }
    }

    private static void assertNothingIsLeft(Application application) {
        soon(() -> assertThat(application.threads()).isEmpty());
        soon(() -> assertThat(application.backends("%")).isEmpty());
        soon(() -> assertThat(postgres.strings("select * from pg_locks where locktype = 'advisory' and database ="
                + " (select oid from pg_database where datname = current_database())")).isEmpty());
    }

    private static long millisSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1_000_000;
    }
}
