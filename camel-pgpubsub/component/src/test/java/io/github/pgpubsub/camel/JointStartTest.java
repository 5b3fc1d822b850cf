package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes that start with their context, when the server is far away: {@link JointStart}. */
@Timeout(180)
class JointStartTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Duration FAR = Duration.ofMillis(50);
    /** So far that many requests, one after the other, take longer than the watchdog's patience with a silent server. */
    private static final Duration VERY_FAR = Duration.ofMillis(150);

    private final Proxy link = new Proxy(postgres.server());
    private final CamelWithPostgres camel = new CamelWithPostgres(postgres);
    private final Inbox inbox = new Inbox();

    @BeforeEach
    void goThroughTheLink() {
        camel.configuration().setUrl("jdbc:postgresql://" + link.host() + ":" + link.port() + "/" + postgres.database());
        link.delay(FAR);
    }

    @AfterEach
    void stop() {
        link.delay(Duration.ZERO);
        camel.close();
        link.close();
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void routesShareRoundTrips(boolean singleListener) throws Exception {
        link.delay(VERY_FAR);
        int routes = 60;
        for (int i = 0; i < routes; i++) {
            camel.receive("pgpubsub:c" + i + "?singleListener=" + singleListener, inbox);
        }
        long begin = System.nanoTime();
        camel.start();
        // One route alone needs this many at least: an election is several requests.
        int roundTrips = singleListener ? 2 : 1;
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(VERY_FAR.multipliedBy(2L * routes * roundTrips));

        List<Object> sent = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            postgres.notify("c" + i, "" + i);
            sent.add("" + i);
        }
        inbox.awaitSize(routes);
        assertThat(inbox.bodies()).containsExactlyInAnyOrderElementsOf(sent);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theyListenBeforeAConsumerOfAnotherKindStarts(boolean singleListener) throws Exception {
        camel.receive("pgpubsub:first?singleListener=" + singleListener, inbox)
                .receive("pgpubsub:second?singleListener=" + singleListener, inbox)
                .route(route -> route.from(new AtStart(camel.context(), () -> {
                    postgres.notify("first", "one");
                    postgres.notify("second", "two");
                })).process(inbox)).start();

        inbox.awaitSize(2);
        assertThat(inbox.bodies()).containsExactlyInAnyOrder("one", "two");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theyListenBeforeATimerFires(boolean singleListener) throws Exception {
        camel.route(route -> route.from("timer:once?delay=0&repeatCount=1")
                .process(exchange -> postgres.notify("late", "tick")))
                .receive("pgpubsub:late?singleListener=" + singleListener, inbox)
                .start();

        inbox.awaitBodies("tick");
    }

    /** Whoever gives routes an order relies on it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRouteWithAnOrderListensWhenItHasStarted(boolean singleListener) throws Exception {
        camel.context().getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof CamelEvent.RouteStartedEvent started) {
                    postgres.notify(started.getRoute().getId(), started.getRoute().getId());
                }
            }
        });
        camel.route(route -> {
            route.from("pgpubsub:ordered?singleListener=" + singleListener).routeId("ordered").startupOrder(1).process(inbox);
            route.from("pgpubsub:together?singleListener=" + singleListener).routeId("together").process(inbox);
        }).start();

        // The other route may listen as early, or later.
        Inbox.await(() -> assertThat(inbox.bodies()).contains("ordered"));
    }

    /** A consumer that does something when it starts. */
    private static final class AtStart extends DefaultEndpoint {

        private final Runnable action;

        AtStart(CamelContext context, Runnable action) {
            super("at-start:it", null);
            setCamelContext(context);
            this.action = action;
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new DefaultConsumer(this, processor) {
                @Override
                protected void doStart() throws Exception {
                    super.doStart();
                    action.run();
                }
            };
        }

        @Override
        public Producer createProducer() {
            throw new UnsupportedOperationException();
        }
    }
}
