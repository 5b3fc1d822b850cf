package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.EventDrivenPollingConsumer;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.throttling.ThrottlingExceptionRoutePolicy;
import org.apache.camel.throttling.ThrottlingInflightRoutePolicy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer that one of its own exchanges stops or suspends, and routes that misbehave. */
@Tag("long")
class EndFromWithinTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @CsvSource({"false,false,false", "true,false,false", "false,true,false", "true,true,false", "false,false,true",
        "true,false,true",
        "true,true,true"})
    void aPolicySuspendsItAfterAFailure(boolean singleListener, boolean shared, boolean async) throws Exception {
        Inbox inbox = new Inbox();
        Inbox other = new Inbox();
        AtomicInteger number = new AtomicInteger();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(builder -> {
                builder.errorHandler(builder.noErrorHandler());
                RouteDefinition route = builder.from("pgpubsub:ch?singleListener=" + singleListener).routeId("in")
                        .routePolicy(new ThrottlingExceptionRoutePolicy(1, 5000, 60_000, null)).process(inbox);
                if (async) {
                    route.threads(2).process(exchange -> {});
                }
                route.process(exchange -> {
                    if (number.incrementAndGet() == 3) {
                        throw new IllegalStateException("the third");
                    }
                });
            });
            if (shared) {
                camel.receive("pgpubsub:ch2?singleListener=" + singleListener, other);
            }
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            String two = shared ? ", pg_notify('ch2', n::text)" : "";
            postgres.strings("select pg_notify('ch', n::text)" + two + " from generate_series(1, 20) n");
            inbox.awaitBodies(IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toArray());
            Inbox.await(() -> assertThat(camel.context().getRouteController().getRouteStatus("in")).isNotNull());
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isFalse());
            Inbox.await(() -> assertThat(postgres.strings("select pid::text from pg_locks where locktype = 'advisory'"))
                    .hasSizeLessThanOrEqualTo(shared && singleListener ? 4 : 0));
            if (shared) {
                postgres.strings("select pg_notify('ch2', 'still here')");
                other.awaitSize(21);
            } else {
                Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).isEmpty());
            }
        }
    }

    /** The same as camel-core's test with seda. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPolicySuspendsItNowAndThen(boolean singleListener) throws Exception {
        Inbox inbox = new Inbox();
        ThrottlingInflightRoutePolicy policy = new ThrottlingInflightRoutePolicy();
        policy.setMaxInflightExchanges(10);
        AtomicInteger suspended = new AtomicInteger();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(
                    builder -> builder.from("pgpubsub:foo?concurrentConsumers=20&singleListener=" + singleListener).routeId("in")
                            .routePolicy(policy, new RoutePolicySupport() {
                                @Override
                                public void onExchangeDone(Route route, Exchange exchange) {
                                    if (((PgPubSubConsumer) route.getConsumer()).isSuspended()) {
                                        suspended.incrementAndGet();
                                    }
                                }
                            }).delay(100).asyncDelayed().process(inbox));
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            for (int i = 0; i < 100; i++) {
                camel.send("pgpubsub:foo", "Message " + i);
                if (i % 20 == 0) {
                    postgres.strings("select count(pg_notify('foo', 'burst ' || n)) from generate_series(1, 20) n");
                }
            }
            inbox.awaitSize(200);
            assertThat(suspended.get()).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void aRouteStopsItsOwnConsumer(boolean singleListener, boolean async) throws Exception {
        Inbox inbox = new Inbox();
        AtomicLong took = new AtomicLong(-1);
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(builder -> {
                RouteDefinition route = builder.from("pgpubsub:own?singleListener=" + singleListener).routeId("in");
                if (async) {
                    route.threads(2).process(exchange -> {});
                }
                route.process(inbox).process(exchange -> {
                    if (exchange.getMessage().getBody(String.class).equals("3")) {
                        long begin = System.nanoTime();
                        ServiceHelper.stopService(camel.context().getRoute("in").getConsumer());
                        ServiceHelper.stopService(camel.context().getRoute("in").getConsumer());
                        took.set(System.nanoTime() - begin);
                    }
                });
            });
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.strings("select pg_notify('own', n::text) from generate_series(1, 20) n");
            inbox.awaitBodies(IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toArray());
            // Waiting for its own exchange would take the 10 s that Camel has for a stop.
            assertThat(took.get()).isBetween(0L, Duration.ofSeconds(9).toNanos());
            Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).isEmpty());
            assertThat(camel.context().getRoute("in").getConsumer()).extracting(each -> ((PgPubSubConsumer) each).getStatus())
                    .isEqualTo(ServiceStatus.Stopped);
        }
    }

    /** The new subscription waits for the end of the former one, which waits for the exchange. */
    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void aRouteStopsAndStartsItsOwnConsumer(boolean singleListener, boolean async) throws Exception {
        Inbox inbox = new Inbox();
        AtomicLong took = new AtomicLong(-1);
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(builder -> {
                RouteDefinition route = builder.from("pgpubsub:again?singleListener=" + singleListener).routeId("in");
                if (async) {
                    route.threads(2).process(exchange -> {});
                }
                route.process(inbox).process(exchange -> {
                    if (exchange.getMessage().getBody(String.class).equals("3")) {
                        long begin = System.nanoTime();
                        ServiceHelper.stopService(camel.context().getRoute("in").getConsumer());
                        ServiceHelper.startService(camel.context().getRoute("in").getConsumer());
                        took.set(System.nanoTime() - begin);
                    }
                });
            });
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.strings("select pg_notify('again', n::text) from generate_series(1, 20) n");
            inbox.awaitBodies(IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toArray());
            assertThat(took.get()).isBetween(0L, Duration.ofSeconds(9).toNanos());
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.notify("again", "after");
            Inbox.await(() -> assertThat(inbox.bodies()).hasSize(21).endsWith("after"));
        }
    }

    /** The former subscription has messages to process when the next one receives. */
    @Test
    void aResumedRouteKeepsTheOrder() throws Exception {
        Inbox inbox = new Inbox();
        CountDownLatch mayGo = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger mostAtOnce = new AtomicInteger();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(builder -> builder.from("pgpubsub:order?singleListener=false").routeId("in").process(exchange -> {
                mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                inbox.process(exchange);
                mayGo.await();
                atOnce.decrementAndGet();
            }));
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.notify("order", 1, 5, 0);
            inbox.awaitBodies("1");

            PgPubSubConsumer consumer = (PgPubSubConsumer) camel.context().getRoute("in").getConsumer();
            consumer.suspend();
            consumer.resume();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.notify("order", 6, 8, 0);
            Inbox.await(() -> assertThat(consumer.status().queued()).isEqualTo(2));

            mayGo.countDown();
            inbox.awaitBodies("1", "2", "3", "4", "5", "6", "7", "8");
            assertThat(mostAtOnce).hasValue(1);
        }
    }

    /** It was not there, so it may have missed messages. */
    @Test
    void aResumedRouteHasAGap() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(builder -> builder.from("pgpubsub:gap?singleListener=false&gapMarker=reconnect").routeId("in")
                    .process(inbox));
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.notify("gap", "before");
            inbox.awaitBodies("before");

            camel.context().getRouteController().suspendRoute("in");
            assertThat(camel.isReceiving("in")).isFalse();
            postgres.notify("gap", "missed");
            camel.context().getRouteController().resumeRoute("in");
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.notify("gap", "after");

            inbox.awaitBodies("before", null, "after");
            assertThat(inbox.messages().get(1).getHeader(PgPubSubConstants.GAP, Long.class)).isPositive();
            assertThat(((PgPubSubConsumer) camel.context().getRoute("in").getConsumer()).status().counts().gaps()).isEqualTo(1);
        }
    }

    /** Its caller has long returned when the resume fails, and a route that only looks started would stay deaf. */
    @Test
    void aRouteThatCanNotBeResumedIsStopped() throws Exception {
        Inbox inbox = new Inbox();
        AtomicBoolean fails = new AtomicBoolean();
        PgPubSubConfiguration configuration = new PgPubSubConfiguration() {
            @Override
            public String getGroup() {
                if (fails.get()) {
                    throw new IllegalStateException("no group, said the test");
                }
                return super.getGroup();
            }
        };
        configuration.setUrl(postgres.url());
        configuration.setUser(postgres.user());
        configuration.setPassword(postgres.password());
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            PgPubSubEndpoint endpoint = new PgPubSubEndpoint("pgpubsub:again",
                    camel.context().getComponent("pgpubsub", PgPubSubComponent.class), "again", configuration);
            camel.route(builder -> builder.from(endpoint).routeId("in").process(inbox).process(exchange -> {
                ServiceHelper.stopService(camel.context().getRoute("in").getConsumer());
                fails.set(true);
                ServiceHelper.startService(camel.context().getRoute("in").getConsumer());
            }));
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.notify("again", "1");
            inbox.awaitBodies("1");
            // Camel stops the route, and then notes the cause.
            Inbox.await(() -> assertThat(camel.context().getRoute("in").getLastError()).isNotNull());
            assertThat(camel.context().getRoute("in").getLastError().getException()).hasMessageContaining("said the test");
            assertThat(camel.context().getRouteController().getRouteStatus("in")).isEqualTo(ServiceStatus.Stopped);

            fails.set(false);
            camel.context().getRouteController().startRoute("in");
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
        }
    }

    /** Calls of Camel's own API with which a route can stop itself. */
    private enum ByTheController {

        STOP {
            @Override
            void end(CamelContext context) throws Exception {
                context.getRouteController().stopRoute("in");
            }
        },
        SUSPEND {
            @Override
            void end(CamelContext context) throws Exception {
                context.getRouteController().suspendRoute("in");
            }
        },
        REMOVE {
            @Override
            void end(CamelContext context) throws Exception {
                STOP.end(context);
                context.removeRoute("in");
            }
        };

        abstract void end(CamelContext context) throws Exception;
    }

    /** Camel waits for the calling exchange until the timeout. Remaining messages go to the standby, or the log reports them. */
    @ParameterizedTest
    @CsvSource({"STOP,false,false", "STOP,true,false", "STOP,false,true", "STOP,true,true",
        "SUSPEND,false,false", "SUSPEND,true,false", "SUSPEND,false,true", "SUSPEND,true,true",
        "REMOVE,false,false", "REMOVE,true,false", "REMOVE,false,true", "REMOVE,true,true"})
    void aRouteEndsItselfByTheController(ByTheController how, boolean singleListener, boolean async) throws Exception {
        Inbox inbox = new Inbox();
        Inbox standby = new Inbox();
        AtomicLong took = new AtomicLong(-1);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (LoggedLines logged = LoggedLines.capture();
                CamelWithPostgres camel = new CamelWithPostgres(postgres);
                CamelWithPostgres other = new CamelWithPostgres(postgres)) {
            camel.context().getShutdownStrategy().setTimeUnit(TimeUnit.MILLISECONDS);
            camel.context().getShutdownStrategy().setTimeout(500);
            camel.route(builder -> {
                RouteDefinition route = builder.from("pgpubsub:ctl?singleListener=" + singleListener).routeId("in");
                if (async) {
                    route.threads(2).process(exchange -> {});
                }
                route.process(inbox).process(exchange -> {
                    if (exchange.getMessage().getBody(String.class).equals("3")) {
                        long begin = System.nanoTime();
                        try {
                            how.end(camel.context());
                        } catch (Exception e) {
                            failure.set(e);
                        }
                        took.set(System.nanoTime() - begin);
                    }
                });
            });
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            if (singleListener) {
                other.receive("pgpubsub:ctl", standby).start();
                Inbox.await(() -> assertThat(camel.isInStep("in")).isTrue());
            }
            postgres.strings("select pg_notify('ctl', n::text) from generate_series(1, 20) n");

            Inbox.await(() -> assertThat(took.get()).isPositive());
            assertThat(failure.get()).isNull();
            assertThat(Duration.ofNanos(took.get())).isBetween(Duration.ofMillis(490), Duration.ofSeconds(6));
            Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).isEmpty());
            assertThat(inbox.bodies()).containsExactly("1", "2", "3");
            if (singleListener) {
                // The third message was in flight at the timeout, so it is redelivered.
                standby.awaitBodies(IntStream.rangeClosed(3, 20).mapToObj(String::valueOf).toArray());
            } else {
                Inbox.await(() -> assertThat(logged.lines()).anyMatch(line -> line.startsWith("WARN")
                        && line.contains("Channel ctl: 17 messages were not handled before the time to stop was up")));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void aRouteLeavesItsThreadInterrupted(boolean singleListener, boolean async) throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(builder -> {
                RouteDefinition route = builder.from("pgpubsub:int?singleListener=" + singleListener).routeId("in").process(inbox)
                        .process(exchange -> Thread.currentThread().interrupt());
                if (async) {
                    route.threads(2).process(exchange -> {});
                }
            });
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.strings("select pg_notify('int', n::text) from generate_series(1, 5) n");
            inbox.awaitSize(5);
            assertThat(camel.isReceiving("in")).isTrue();
        }
    }

    @Test
    void anExceptionHandlerThrows() throws Exception {
        Inbox inbox = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.context().getRegistry().bind("fails", new ExceptionHandlerThatFails());
            camel.route(builder -> {
                builder.errorHandler(builder.noErrorHandler());
                builder.from("pgpubsub:eh?exceptionHandler=#fails").routeId("in").process(inbox).process(exchange -> {
                    throw new IllegalStateException("a route that fails");
                });
            });
            camel.start();
            Inbox.await(() -> assertThat(camel.isReceiving("in")).isTrue());
            postgres.strings("select pg_notify('eh', n::text) from generate_series(1, 5) n");
            inbox.awaitSize(5);
            assertThat(camel.isReceiving("in")).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nobodyPollsWhatWaits(boolean singleListener) throws Exception {
        String uri = "pgpubsub:poll?singleListener=" + singleListener;
        CamelWithPostgres camel = new CamelWithPostgres(postgres).start();
        ConsumerTemplate template = camel.context().createConsumerTemplate();
        assertThat(template.receiveBody(uri, 100)).isNull();
        postgres.strings("select count(pg_notify('poll', n::text)) from generate_series(1, 1500) n");
        Inbox.await(() -> assertThat(template.receiveBody(uri, 5000, String.class)).isEqualTo("1"));
        Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).hasSize(1));
        long begin = System.nanoTime();
        template.stop();
        camel.close();
        // Waiting for what nobody polls would take the 10 s that Camel has for a stop.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(9));
        Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).isEmpty());
    }

    /** Messages in Camel's queue count as processed, so neither another member nor the server has them any more. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasReceivedAndNeverPolledIsTold(boolean singleListener) throws Exception {
        String uri = "pgpubsub:unpolled?singleListener=" + singleListener;
        List<PgPubSubEvent.Gap> gaps = new CopyOnWriteArrayList<>();
        try (LoggedLines log = LoggedLines.capture(); CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.context().getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
                @Override
                public void notify(CamelEvent event) {
                    if (event instanceof PgPubSubEvent.Gap gap) {
                        gaps.add(gap);
                    }
                }
            });
            camel.start();
            ConsumerTemplate template = camel.context().createConsumerTemplate();
            assertThat(template.receiveBody(uri, 100)).isNull();
            postgres.strings("select count(pg_notify('unpolled', n::text)) from generate_series(1, 5) n");
            assertThat(template.receiveBody(uri, 20_000, String.class)).isEqualTo("1");
            EventDrivenPollingConsumer polling = (EventDrivenPollingConsumer) pollingConsumer(camel);
            Inbox.await(() -> assertThat(polling.getQueueSize()).isEqualTo(4));

            template.stop();

            assertThat(log.lines()).filteredOn(line -> line.contains("never polled")).singleElement().asString()
                    .startsWith("WARN ").contains("Channel unpolled: 4 messages were received and never polled");
            assertThat(gaps).singleElement().returns("unpolled", PgPubSubEvent::getChannel);
        }
        assertThat(gaps).as("told once").hasSize(1);
    }

    /** Nothing is lost if the queue was polled until it was empty. */
    @Test
    void whoPolledEverythingIsToldNothing() throws Exception {
        try (LoggedLines log = LoggedLines.capture(); CamelWithPostgres camel = new CamelWithPostgres(postgres).start()) {
            ConsumerTemplate template = camel.context().createConsumerTemplate();
            assertThat(template.receiveBody("pgpubsub:polled", 100)).isNull();
            postgres.notify("polled", "1");
            assertThat(template.receiveBody("pgpubsub:polled", 20_000, String.class)).isEqualTo("1");
            template.stop();
            assertThat(log.lines()).noneMatch(line -> line.contains("never polled"));
        }
    }

    private static Object pollingConsumer(CamelWithPostgres camel) {
        return camel.context().getComponent("pgpubsub", PgPubSubComponent.class).consumers().iterator().next().getProcessor();
    }

    /** All of them listen with one subscription. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void severalThreadsPollAgainAtOnce(boolean singleListener) throws Exception {
        String uri = "pgpubsub:crowd?singleListener=" + singleListener
                + "&queueSize=1&pollingConsumerQueueSize=1&pollingConsumerBlockTimeout=1";
        int threads = 8;
        AtomicInteger listening = new AtomicInteger();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.context().getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
                @Override
                public void notify(CamelEvent event) {
                    if (event instanceof PgPubSubEvent.Listening) {
                        listening.incrementAndGet();
                    }
                }
            });
            camel.start();
            ConsumerTemplate template = camel.context().createConsumerTemplate();
            assertThat(template.receiveBody(uri, 100)).isNull();
            Inbox.await(() -> assertThat(listening).hasValue(1));
            postgres.notify("crowd", 1, 20, 0);
            Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).isEmpty());
            PgPubSubConsumer consumer = camel.context().getComponent("pgpubsub", PgPubSubComponent.class).consumers().iterator()
                    .next();
            CountDownLatch together = new CountDownLatch(threads);
            ExecutorService crowd = Executors.newFixedThreadPool(threads);
            List<Future<Long>> polls = IntStream.range(0, threads).mapToObj(n -> crowd.submit(() -> {
                together.countDown();
                together.await();
                // Shortly after each other, so that one comes while another is subscribing.
                TimeUnit.MILLISECONDS.sleep(n);
                return consumer.beforePoll(0);
            })).toList();
            for (Future<Long> each : polls) {
                each.get();
            }
            crowd.shutdown();
            Inbox.await(() -> assertThat(listening).hasValue(2));
            while (template.receiveBody(uri, 200) != null) {
                // What was received before it stopped listening.
            }
            postgres.notify("crowd", "once");
            assertThat(template.receiveBody(uri, 20_000)).isEqualTo("once");
            assertThat(template.receiveBody(uri, 500)).isNull();
            assertThat(listening).hasValue(2);
        }
    }

    /** A caller that polls once and never again would block the other routes on its session for ever. */
    @Test
    void whoPollsNoMoreIsNotWaitedFor() throws Exception {
        String uri = "pgpubsub:poll?singleListener=false&queueSize=5&pollingConsumerQueueSize=5&pollingConsumerBlockTimeout=200";
        Inbox neighbour = new Inbox();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres).receive("pgpubsub:neighbour?singleListener=false",
                neighbour)) {
            camel.start();
            ConsumerTemplate template = camel.context().createConsumerTemplate();
            assertThat(template.receiveBody(uri, 100)).isNull();
            postgres.strings("select count(pg_notify('poll', n::text)) from generate_series(1, 1000) n");
            postgres.notify("neighbour", "hello");
            neighbour.awaitSize(1);
            // A later poll gets the messages that were taken in, and the consumer listens again.
            assertThat(template.receiveBody(uri, 20_000, String.class)).isEqualTo("1");
            Inbox.await(() -> {
                postgres.notify("poll", "again");
                assertThat(template.receiveBody(uri, 100, String.class)).isEqualTo("again");
            });
            template.stop();
        }
    }

    /** Code of a user. */
    public static final class ExceptionHandlerThatFails implements ExceptionHandler {

        @Override
        public void handleException(Throwable exception) {
            throw new IllegalStateException("so does this");
        }

        @Override
        public void handleException(String message, Throwable exception) {
            throw new IllegalStateException("so does this");
        }

        @Override
        public void handleException(String message, Exchange exchange, Throwable exception) {
            throw new IllegalStateException("so does this");
        }
    }
}
