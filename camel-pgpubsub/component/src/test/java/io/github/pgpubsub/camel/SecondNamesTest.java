package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One context, two databases: under a second name the component does everything that it does under its own name. */
class SecondNamesTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @RegisterExtension
    static final PostgresExtension orders = new PostgresExtension();

    private final Inbox here = new Inbox();
    private final Inbox there = new Inbox();
    private CamelWithPostgres camel;

    @BeforeEach
    void start() throws Exception {
        PgPubSubComponent second = new PgPubSubComponent();
        second.getConfiguration().setUrl(orders.libpqUri());
        camel = new CamelWithPostgres(postgres);
        camel.context().addComponent("orders-db", second);
        camel.receive("pgpubsub:A?singleListener=false", here).receive("orders-db:A?singleListener=false", there)
                .route(route -> route.from("direct:first").toD("pgpubsub:${header.where}"))
                .route(route -> route.from("direct:second").toD("orders-db:${header.where}?payloadFormat=json"))
                .start();
    }

    @AfterEach
    void stop() {
        camel.close();
    }

    @Test
    void aDynamicEndpointLeadsToItsDatabaseThroughOneEndpoint() {
        for (String channel : new String[] {"A", "B", "A"}) {
            camel.template().sendBodyAndHeader("direct:second", "there", "where", channel);
        }
        camel.template().sendBodyAndHeader("direct:first", "here", "where", "A");

        there.awaitBodies("\"there\"", "\"there\"");
        here.awaitBodies("here");
        assertThat(camel.context().getEndpoints()).extracting(Object::toString).filteredOn(uri -> uri.startsWith("orders-db"))
                .containsExactlyInAnyOrder("orders-db://A?singleListener=false", "orders-db://toD?payloadFormat=json");
    }

    @Test
    void aStaticEndpointDoesToo() {
        camel.send("orders-db:A", "there");
        camel.send("pgpubsub:A", "here");

        there.awaitBodies("there");
        here.awaitBodies("here");
    }

    @Test
    void aStoppedProducerSaysSo() throws Exception {
        AsyncProducer producer = camel.context().getEndpoint("orders-db:A").createAsyncProducer();
        Exchange before = producer.getEndpoint().createExchange();
        Exchange after = producer.getEndpoint().createExchange();
        producer.process(before);
        producer.start();
        producer.stop();
        producer.process(after);

        for (Exchange each : new Exchange[] {before, after}) {
            assertThat(each.getException()).isInstanceOf(IllegalStateException.class).hasMessage(
                    "Not sent: the producer of channel A is stopped");
        }
    }

    @Test
    void aStoppedTransactedProducerSaysSo() throws Exception {
        DefaultCamelContext context = camel.context();
        context.getRegistry().bind("database", orders.dataSource());
        var producer = context.getEndpoint("pgpubsub:A?transacted=true&dataSource=#database").createProducer();
        Exchange exchange = producer.getEndpoint().createExchange();
        assertThatThrownBy(() -> producer.process(exchange)).hasMessageContaining("the producer of channel A is stopped");
        producer.start();
        producer.stop();
        assertThatThrownBy(() -> producer.process(exchange)).hasMessageContaining("the producer of channel A is stopped");
    }
}
