package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An EventNotifier of the application hears when a consumer is connected, listens, and loses its connection. */
class ConnectionEventsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CamelWithPostgres camel = new CamelWithPostgres(postgres);
    private final List<PgPubSubEvent> events = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        camel.context().getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof PgPubSubEvent.Connected || event instanceof PgPubSubEvent.Lost
                        || event instanceof PgPubSubEvent.Listening) {
                    events.add((PgPubSubEvent) event);
                }
            }
        });
    }

    @AfterEach
    void stop() {
        camel.close();
    }

    private void awaitEvents(Class<?>... expected) {
        Inbox.await(() -> assertThat(events).extracting(Object::getClass).containsExactly(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"singleListener=true", "singleListener=false", "durable=true", "durable=true&singleListener=false"})
    void aConsumerTellsItsConnectionAndItsLoss(String options) throws Exception {
        camel.route(route -> route.from("pgpubsub:told?" + options).routeId("told").process(new Inbox())).start();
        awaitEvents(PgPubSubEvent.Connected.class, PgPubSubEvent.Listening.class);
        assertThat(events).allSatisfy(event -> assertThat(event).returns("told", PgPubSubEvent::getRouteId)
                .returns("told", PgPubSubEvent::getChannel));

        camel.backends(postgres, "%").forEach(postgres::terminate);

        awaitEvents(PgPubSubEvent.Connected.class, PgPubSubEvent.Listening.class, PgPubSubEvent.Lost.class,
                PgPubSubEvent.Connected.class, PgPubSubEvent.Listening.class);
        assertThat(events).extracting(Object::toString).containsExactly("Route told, channel told: connected",
                "Route told, channel told: listening", "Route told, channel told: connection lost",
                "Route told, channel told: connected", "Route told, channel told: listening");
    }

    @Test
    void aSecondConsumerOfTheGroupIsConnectedAndListensWhenItLeads() throws Exception {
        camel.route(route -> route.from("pgpubsub:told").routeId("first").process(new Inbox())).start();
        awaitEvents(PgPubSubEvent.Connected.class, PgPubSubEvent.Listening.class);
        try (CamelWithPostgres other = new CamelWithPostgres(postgres)) {
            other.route(route -> route.from("pgpubsub:told").routeId("other").process(new Inbox())).start();
            camel.route(route -> route.from("pgpubsub:told").routeId("second").process(new Inbox()));
            awaitEvents(PgPubSubEvent.Connected.class, PgPubSubEvent.Listening.class, PgPubSubEvent.Connected.class);
            assertThat(events.get(2).getRouteId()).isEqualTo("second");
        }
    }
}
