package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.support.PostgresExtension;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.console.DevConsole;
import org.apache.camel.console.DevConsoleRegistry;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The operator's view of a consumer of a kept channel that has parked a message, and of its producer. */
class KeptManagementTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CamelWithPostgres camel = new CamelWithPostgres(postgres);
    private final DefaultCamelContext context = camel.context();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<CamelEvent> events = new CopyOnWriteArrayList<>();
    private final Inbox inbox = new Inbox();

    @BeforeEach
    void start() throws Exception {
        context.getRegistry().bind("meters", meters);
        context.getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof PgPubSubEvent) {
                    events.add(event);
                }
            }
        });
        camel.configuration().setDurable(true);
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        health.register(health.resolveById("consumers"));
        camel.route(builder -> builder.from("pgpubsub:managed?group=workers&onError=park").routeId("listen").process(exchange -> {
            if ("bad".equals(exchange.getMessage().getBody())) {
                throw new IllegalStateException("asked to fail");
            }
        }).process(inbox)).route(builder -> builder.from("direct:send").routeId("send").to("pgpubsub:managed")).start();
        for (String body : List.of("one", "bad", "two")) {
            camel.send("direct:send", body);
        }
        inbox.awaitBodies("one", "two");
        Inbox.await(() -> {
            assertThat(consumer().getInHand()).isZero();
            assertThat(consumer().isAsleep()).isTrue();
            assertThat(consumer().getParked()).isEqualTo(1);
            assertThat(postgres.strings("select lag || ' ' || parked from pgpubsub.groups where channel = 'managed'"))
                    .containsExactly("0 1");
        });
    }

    @AfterEach
    void stop() {
        postgres.execute("select pgpubsub.drop_group('managed', 'workers')");
        camel.close();
    }

    private PgPubSubKeptConsumer consumer() {
        return (PgPubSubKeptConsumer) context.getRoute("listen").getConsumer();
    }

    private MBeanServer server() {
        return context.getManagementStrategy().getManagementAgent().getMBeanServer();
    }

    private ObjectName name(String type, String start) throws Exception {
        Set<ObjectName> names = server().queryNames(
                new ObjectName(
                        "org.apache.camel:context=" + context.getManagementName() + ",type=" + type + ",name=" + start + "*"),
                null);
        assertThat(names).hasSize(1);
        return names.iterator().next();
    }

    @Test
    void jmxShowsReadingAndLag() throws Exception {
        ObjectName bean = name("consumers", "PgPubSubKeptConsumer");
        Map<String, Object> expected = Map.of("Role", "LEADER", "Receiving", true, "Reading", true, "Asleep", true, "Completed",
                2L, "Parked", 1L, "Skipped", 0L, "Lag", 0L, "LagSeconds", 0L, "GroupParked", 1L);
        Inbox.await(() -> assertThat(server().getAttribute(bean, "Lag")).isEqualTo(0L));
        for (Map.Entry<String, Object> each : expected.entrySet()) {
            assertThat(server().getAttribute(bean, each.getKey())).as(each.getKey()).isEqualTo(each.getValue());
        }
        assertThat((Long) server().getAttribute(bean, "Epoch")).isPositive();
        assertThat((List<?>) server().invoke(bean, "listGroups", null, null)).singleElement().asString()
                .matches("workers: lag 0 \\(0 s\\), parked 1, missed 0, epoch \\d+, leader pgpubsub .*");
        assertThat(server().invoke(bean, "requeueAll", null, null)).isEqualTo(1L);
        assertThat(server().getAttribute(name("producers", "PgPubSubProducer"), "Committed")).isEqualTo(3L);
    }

    /** Dashboards depend on these names. */
    @Test
    void namesInJmxStay() throws Exception {
        MBeanInfo bean = server().getMBeanInfo(name("consumers", "PgPubSubKeptConsumer"));
        Set<String> attributes = new TreeSet<>(Stream.of(bean.getAttributes()).map(each -> each.getName()).toList());
        assertThat(attributes).contains("Asleep", "Completed", "Connected", "Epoch", "GroupParked", "InHand", "Lag", "LagSeconds",
                "LeaderName", "LogBackend", "LogConnected", "Missed", "Parked", "Reading", "RetentionTrouble", "Retried", "Role",
                "Skipped", "Trouble", "WindowMillis");
        assertThat(Stream.of(bean.getOperations()).map(each -> each.getName())).contains("dropGroup", "listGroups", "listMembers",
                "requeue", "requeueAll", "seek");
    }

    @Test
    void healthIsUpAndTellsOfParkedMessages() throws Exception {
        HealthCheck.Result health = health();
        assertThat(health.getState()).isEqualTo(HealthCheck.State.UP);
        Inbox.await(() -> assertThat(consumer().getLag()).isZero());
        assertThat(health().getDetails()).containsEntry("channel", "managed").containsEntry("group", "workers")
                .containsEntry("reading", true).containsEntry("logConnected", true).containsEntry("lag", 0L)
                .containsEntry("groupParked", 1L).containsEntry("inHand", 0);
    }

    private HealthCheck.Result health() {
        return HealthCheckHelper.invokeReadiness(context).stream()
                .filter(result -> result.getCheck().getId().contains("listen")).findFirst()
                .orElseThrow(
                        () -> new AssertionError("no check of the route among " + HealthCheckHelper.invokeReadiness(context)));
    }

    @Test
    void theConsoleHasTheLog() {
        DevConsole console = context.getCamelContextExtension().getContextPlugin(DevConsoleRegistry.class)
                .resolveById("pgpubsub");
        Inbox.await(() -> assertThat(consumer().getLag()).isZero());
        JsonObject json = (JsonObject) console.call(DevConsole.MediaType.JSON);
        assertThat((JsonObject) ((JsonArray) json.get("consumers")).get(0)).containsEntry("channel", "managed")
                .containsEntry("durable", true).containsEntry("reading", true).containsEntry("parked", 1L)
                .containsEntry("lag", 0L);
        assertThat((JsonObject) ((JsonArray) json.get("publishers")).get(0)).containsEntry("committed", 3L);
        assertThat((String) console.call(DevConsole.MediaType.TEXT)).contains("durable: true", "lag: 0")
                .doesNotContain(postgres.password() + "@");
    }

    @Test
    void metersCountAndGoWithTheirRoute() throws Exception {
        assertThat(meters.get("pgpubsub.kept.completed").tags("routeId", "listen", "channel", "managed", "group", "workers")
                .functionCounter().count()).isEqualTo(2);
        assertThat(meters.get("pgpubsub.kept.parked").functionCounter().count()).isEqualTo(1);
        Inbox.await(() -> assertThat(meters.get("pgpubsub.kept.lag").gauge().value()).isZero());
        assertThat(meters.get("pgpubsub.kept.group.parked").gauge().value()).isEqualTo(1);
        assertThat(meters.get("pgpubsub.kept.reading").gauge().value()).isEqualTo(1);
        assertThat(meters.get("pgpubsub.consumer.leader").gauge().value()).isEqualTo(1);
        assertThat(meters.find("pgpubsub.producer.committed").functionCounters().stream()
                .mapToDouble(each -> each.count()).sum()).isEqualTo(3);
        context.getRouteController().stopRoute("listen");
        assertThat(meters.getMeters()).extracting(Meter::getId)
                .noneMatch(id -> id.getName().startsWith("pgpubsub.consumer") || id.getName().startsWith("pgpubsub.kept"));
    }

    @Test
    void eventsTellOfWhatWasParkedAndMissed() {
        Inbox.await(() -> assertThat(events).filteredOn(PgPubSubEvent.Parked.class::isInstance).singleElement()
                .satisfies(event -> assertThat(((PgPubSubEvent) event).getChannel()).isEqualTo("managed")));
        assertThat(consumer().dropGroup("workers")).isTrue();
        Inbox.await(() -> assertThat(events).anyMatch(PgPubSubEvent.Missed.class::isInstance));
        assertThat(events).anyMatch(PgPubSubEvent.RoleChanged.class::isInstance);
    }
}
