package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.camel.management.PgPubSubDevConsole;
import io.github.pgpubsub.status.PublisherStatus;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.Consumer;
import org.apache.camel.Producer;
import org.apache.camel.console.DevConsole;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The operator's view of several connections to one server, of consumers without a route, and of a silent server. */
@Timeout(180)
class MetersOfManyTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CamelWithPostgres camel = new CamelWithPostgres(postgres);

    @BeforeEach
    void bind() {
        camel.context().getRegistry().bind("meters", meters);
    }

    @AfterEach
    void stop() {
        camel.close();
    }

    @Test
    void connectionsToOneServerAreCountedEachForItself() throws Exception {
        PgPubSubComponent second = new PgPubSubComponent();
        second.getConfiguration().setUrl(postgres.url());
        second.getConfiguration().setUser(postgres.user());
        second.getConfiguration().setPassword(postgres.password());
        camel.context().addComponent("second", second);
        camel.start();
        Producer first = producer("pgpubsub:a");
        Producer other = producer("pgpubsub:a?maxBatch=7");
        Producer third = producer("second:a");
        send(first, 3);
        send(other, 2);
        send(third, 1);

        PgPubSubComponent component = camel.context().getComponent("pgpubsub", PgPubSubComponent.class);
        assertThat(component.publishers().values()).extracting(PublisherStatus::committed).containsExactly(3L, 2L);
        assertThat(component.publishers().keySet()).last().asString().endsWith(postgres.database() + " (2)");
        assertThat(second.publishers().values()).extracting(PublisherStatus::committed).containsExactly(1L);
        assertThat(committed()).containsExactlyInAnyOrder(3.0, 2.0, 1.0);
        assertThat(console()).contains("committed: 3", "committed: 2", "committed: 1");

        first.stop();
        assertThat(component.publishers().values()).extracting(PublisherStatus::committed).containsExactly(2L);
        assertThat(committed()).as("the others keep their meters").containsExactlyInAnyOrder(2.0, 1.0);

        Producer again = producer("pgpubsub:a");
        send(again, 4);
        assertThat(meters.get("pgpubsub.producer.committed").tag("connection", "1").functionCounter().count()).isEqualTo(4);
        again.stop();
        other.stop();
        third.stop();
        assertThat(committed()).isEmpty();
    }

    @Test
    void consumersWithoutARouteAreCountedEachForItself() throws Exception {
        camel.start();
        Consumer one = camel.context().getEndpoint("pgpubsub:a?singleListener=false").createPollingConsumer();
        Consumer two = camel.context().getEndpoint("pgpubsub:a?singleListener=false").createPollingConsumer();
        one.start();
        two.start();
        postgres.notify("a", "hello");

        Inbox.await(() -> assertThat(counts("pgpubsub.consumer.received")).containsExactly(1.0, 1.0));
        assertThat(meters.getMeters()).filteredOn(meter -> meter.getId().getName().startsWith("pgpubsub.consumer"))
                .extracting(meter -> meter.getId().getTag("routeId")).containsOnly("none");
        assertThat(console()).contains("routeId: null", "channel: a");
        one.stop();
        assertThat(counts("pgpubsub.consumer.received")).as("the other keeps its meters").containsExactly(1.0);
        two.stop();
        assertThat(meters.getMeters()).extracting(Meter::getId).noneMatch(id -> id.getName().startsWith("pgpubsub.consumer"));
        assertThat((Object) camel.context().createConsumerTemplate().receiveBodyNoWait("pgpubsub:a")).isNull();
    }

    @Test
    void aServerThatSaysNothingHoldsNobodyUpWhoLooks() throws Exception {
        try (Proxy proxy = new Proxy(postgres.server())) {
            camel.configuration().setUrl("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database());
            camel.receive("pgpubsub:a", new Inbox()).start();
            Inbox.await(() -> assertThat(consumer().getRole()).isEqualTo("LEADER"));
            Inbox.await(() -> assertThat(consumer().getLeader()).isEqualTo(consumer().getBackend()));
            String leader = consumer().getLeaderName();
            proxy.stall();
            try {
                assertThat(consumer().getLeaderName()).as("known").isEqualTo(leader).startsWith("pgpubsub");

                long begun = System.nanoTime();
                assertThatThrownBy(() -> consumer().listMembers()).isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the members of the group");
                // Three seconds are its own; the engine would wait for ten.
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(9));
                begun = System.nanoTime();
                readAllAttributes();
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(9));
            } finally {
                proxy.resume();
            }
        }
    }

    private void readAllAttributes() throws Exception {
        MBeanServer server = camel.context().getManagementStrategy().getManagementAgent().getMBeanServer();
        String context = camel.context().getManagementName();
        for (ObjectName name : server.queryNames(new ObjectName("org.apache.camel:type=consumers,*"), null)) {
            if (name.toString().contains(context)) {
                for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                    server.getAttribute(name, attribute.getName());
                }
            }
        }
    }

    private PgPubSubConsumer consumer() {
        return (PgPubSubConsumer) camel.context().getRoutes().get(0).getConsumer();
    }

    private Producer producer(String uri) throws Exception {
        Producer producer = camel.context().getEndpoint(uri).createProducer();
        producer.start();
        return producer;
    }

    private static void send(Producer producer, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            var exchange = producer.getEndpoint().createExchange();
            exchange.getMessage().setBody("message " + i);
            producer.process(exchange);
            assertThat(exchange.getException()).isNull();
        }
    }

    private List<Double> committed() {
        return counts("pgpubsub.producer.committed");
    }

    private List<Double> counts(String name) {
        return meters.find(name).functionCounters().stream().map(FunctionCounter::count).toList();
    }

    private String console() {
        PgPubSubDevConsole console = new PgPubSubDevConsole();
        console.setCamelContext(camel.context());
        return (String) console.call(DevConsole.MediaType.TEXT);
    }
}
