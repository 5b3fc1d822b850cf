package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a route, a handler, a notifier or an application class throws, the next messages are processed. */
@Timeout(180)
class ConsumerGoesOnTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CamelWithPostgres camel = new CamelWithPostgres(postgres);
    private final Inbox inbox = new Inbox();

    /** Fails to load: first with an ExceptionInInitializerError, then with a NoClassDefFoundError. */
    public static final class Broken {
        static final int NUMBER = Integer.parseInt("no number");
    }

    @AfterEach
    void stop() {
        camel.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHandlerThatThrows(boolean singleListener) throws Exception {
        AtomicInteger told = new AtomicInteger();
        camel.context().getRegistry().bind("handler", new ThrowingHandler(told));
        camel.route(route -> route.from("pgpubsub:a?exceptionHandler=#handler&singleListener=" + singleListener)
                .errorHandler(route.noErrorHandler()).process(exchange -> {
                    if (exchange.getMessage().getBody(String.class).equals("bad")) {
                        throw new IllegalStateException("on purpose");
                    }
                    inbox.process(exchange);
                })).start();

        sendBadThenGood("bad", "good");

        inbox.awaitBodies("good");
        assertThat(told).hasPositiveValue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorOfTheBodyType(boolean singleListener) throws Exception {
        AtomicInteger told = new AtomicInteger();
        camel.context().getRegistry().bind("handler", new ThrowingHandler(told));
        camel.receive("pgpubsub:a?payloadFormat=json&exceptionHandler=#handler&singleListener=" + singleListener + "&bodyType="
                + Broken.class.getName(), inbox).start();

        sendBadThenGood("{}", "{}");

        Inbox.await(() -> assertThat(told).hasValue(2));
    }

    @Test
    void anErrorOfAnEventNotifier() throws Exception {
        camel.context().getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof PgPubSubEvent) {
                    throw new AssertionError("on purpose");
                }
            }
        });
        camel.receive("pgpubsub:a?gapMarker=reconnect", inbox).start();
        sendBadThenGood("one", "two");
        inbox.awaitBodies("one", "two");
        postgres.terminate(camel.backends(postgres, "listen").get(0));

        Inbox.await(() -> assertThat(inbox.bodies()).containsExactly("one", "two", null));
        postgres.notify("a", "three");
        inbox.awaitBodies("one", "two", null, "three");
    }

    @Test
    void anInterruptThatAnAsynchronousRouteLeavesBehind() throws Exception {
        camel.route(route -> route.from("pgpubsub:a").process(exchange -> Thread.currentThread().interrupt())
                .delay(50).asyncDelayed().end().process(inbox)).start();

        sendBadThenGood("one", "two");

        inbox.awaitBodies("one", "two");
    }

    @Test
    void anOverrideOfBytesThatAreNoTextIsRefused() {
        camel.start();

        assertThatThrownBy(() -> camel.template().sendBodyAndHeader("pgpubsub:a", "x", PgPubSubConstants.OVERRIDE_CHANNEL,
                new byte[] {'a', (byte) 0xE9})).cause().hasMessageContainingAll(PgPubSubConstants.OVERRIDE_CHANNEL, "not UTF-8");
    }

    private void sendBadThenGood(String bad, String good) {
        postgres.notify("a", bad);
        postgres.notify("a", good);
    }

    private record ThrowingHandler(AtomicInteger told) implements ExceptionHandler {

        @Override
        public void handleException(Throwable exception) {
            handleException(null, null, exception);
        }

        @Override
        public void handleException(String message, Throwable exception) {
            handleException(message, null, exception);
        }

        @Override
        public void handleException(String message, Exchange exchange, Throwable exception) {
            told.incrementAndGet();
            throw new AssertionError("on purpose");
        }
    }
}
