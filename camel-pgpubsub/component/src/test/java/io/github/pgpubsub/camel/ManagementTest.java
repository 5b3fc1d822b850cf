package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.status.Role;
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
import org.apache.camel.health.HealthCheckRepository;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The operator's view of a leading consumer, a standby consumer, and a producer. */
class ManagementTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CamelWithPostgres camel = new CamelWithPostgres(postgres);
    private final CamelWithPostgres standby = new CamelWithPostgres(postgres);
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
        context.getComponent("pgpubsub", PgPubSubComponent.class).setHealthCheckProducerEnabled(true);
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        HealthCheckRepository producers = (HealthCheckRepository) health.resolveById("producers");
        producers.setEnabled(true);
        health.register(producers);
        camel.route(builder -> builder.from("pgpubsub:managed?group=workers").routeId("listen").process(inbox));
        camel.route(builder -> builder.from("direct:send").routeId("send").to("pgpubsub:managed"));
        camel.start();
        standby.receive("pgpubsub:managed?group=workers", new Inbox());
        standby.start();
        // All conditions together: each consumer learns the state at its own time, and its attributes change one by one.
        Inbox.await(() -> {
            assertThat(consumer().getRole()).isEqualTo("LEADER");
            assertThat(consumer().isReceiving()).isTrue();
            assertThat(consumer().isInStep()).isTrue();
            assertThat(consumer().getLeader()).isEqualTo(consumer().getBackend()).isNotZero();
            assertThat(consumer().status().group().standby()).isEqualTo(other(standby).getBackend()).isNotZero();
            assertThat(other(standby).getRole()).isEqualTo("STANDBY");
            assertThat(other(standby).isInStep()).isTrue();
            assertThat(other(standby).getLeader()).isEqualTo(consumer().getBackend());
            assertThat(other(standby).getLeaderForMillis()).isNotNegative();
            assertThat(other(standby).getLeaderName()).isEqualTo("pgpubsub " + context.getName() + " listen");
            assertThat(consumer().getLeaderName()).isEqualTo("pgpubsub " + context.getName() + " listen");
        });
        camel.send("direct:send", "one");
        camel.send("direct:send", "two");
        inbox.awaitBodies("one", "two");
    }

    @AfterEach
    void stop() {
        standby.close();
        camel.close();
    }

    private PgPubSubConsumer consumer() {
        return (PgPubSubConsumer) context.getRoute("listen").getConsumer();
    }

    private static PgPubSubConsumer other(CamelWithPostgres camel) {
        return (PgPubSubConsumer) camel.context().getRoutes().get(0).getConsumer();
    }

    @Test
    void jmxShowsWhoLeadsAndWhatCame() throws Exception {
        Map<String, Object> expected = Map.of("Role", "LEADER", "Receiving", true, "Connected", true, "Received", 2L,
                "InStep", true, "Leader", postgres.backends("pgpubsub " + context.getName() + " listen").get(0),
                "LeaderName", "pgpubsub " + context.getName() + " listen", "Reconnects", 0L);
        for (Map.Entry<String, Object> each : expected.entrySet()) {
            assertThat(attribute("consumers", "PgPubSubConsumer", each.getKey())).as(each.getKey()).isEqualTo(each.getValue());
        }
        assertThat(attribute("producers", "PgPubSubProducer", "Committed")).isEqualTo(2L);
        assertThat((Long) attribute("producers", "PgPubSubProducer", "MeanCommitMicros")).isPositive();
        assertThat((List<?>) server().invoke(name("consumers", "PgPubSubConsumer"), "listMembers", null, null))
                .hasSize(2).anyMatch(member -> member.toString().endsWith("(leader)"))
                .anyMatch(member -> member.toString().endsWith(standby.context().getName() + " listen (standby)"));
    }

    /** Dashboards depend on these names. Attributes that Camel shows for every consumer are left out. */
    @Test
    void namesInJmxStay() throws Exception {
        MBeanInfo ours = server().getMBeanInfo(name("consumers", "PgPubSubConsumer"));
        MBeanInfo any = server().getMBeanInfo(name("consumers", "DirectConsumer"));
        assertThat(ours.getDescription()).isEqualTo("Managed PostgreSQL Pub/Sub consumer");
        Set<String> shown = new TreeSet<>(attributes(ours));
        shown.removeAll(attributes(any));
        assertThat(String.join("\n", shown)).isEqualTo(
                """
                        Backend, int: Process id of the listening backend; 0: none
                        Channel, java.lang.String: Name of the channel
                        Connected, boolean: Whether the listening connection is open
                        ContextLocks, int: Number of advisory locks that this context's consumers hold as leaders and standbys
                        Dropped, long: Messages left out because the queue was full
                        Filtered, long: Own messages left out
                        Gaps, long: Gaps, times in which messages may have been missed
                        Group, java.lang.String: Group that shares a listener; empty with singleListener=false
                        InStep, boolean: Whether the standby holds all messages that the leader has not completed, as far as this \
                        consumer knows
                        Leader, int: Process id of the leading backend, as far as this consumer knows; 0: none known
                        LeaderForMillis, long: How long the leader has led, in milliseconds; -1: unknown
                        LeaderName, java.lang.String: Application name of the leading backend; empty if none is known. Asks the server \
                        if another member leads, and waits at most half a second
                        Queued, int: Messages waiting for the route
                        Received, long: Messages passed to the route
                        Receiving, boolean: Whether this consumer receives messages now
                        Reconnects, long: Connections opened after the first one
                        Redelivered, long: Messages that an earlier listener may have processed
                        Role, java.lang.String: Role in the group; empty with singleListener=false
                        ServerQueueUsage, double: Share of the server's notification queue in use, 0 to 1
                        Trouble, java.lang.String: Why this consumer is stuck although it is connected; empty if it is not
                        WaitsFor, java.lang.String: Name of the route whose full queue this consumer's session waits for; empty if it reads""");
        assertThat(operations(ours)).filteredOn(each -> !operations(any).contains(each)).containsExactly(
                "listMembers[], java.util.List: Members of the group and their roles. Asks the server, and waits at most three seconds");
    }

    private static List<String> attributes(MBeanInfo bean) {
        return Stream.of(bean.getAttributes()).map(each -> each.getName() + ", " + each.getType() + ": " + each.getDescription()
                + (each.isWritable() ? " (writable)" : "")).toList();
    }

    /** Without attribute getters. */
    private static List<String> operations(MBeanInfo bean) {
        return Stream.of(bean.getOperations()).filter(each -> !each.getName().matches("(get|is)[A-Z].*"))
                .map(each -> each.getName() + List.of(each.getSignature()) + ", " + each.getReturnType() + ": "
                        + each.getDescription())
                .toList();
    }

    @Test
    void theStandbyKnowsTheLeaderToo() {
        PgPubSubConsumer second = other(standby);
        assertThat(second.getRole()).isEqualTo("STANDBY");
        assertThat(second.isInStep()).isTrue();
        assertThat(second.getLeader()).isEqualTo(consumer().getBackend());
        assertThat(second.getLeaderName()).isEqualTo("pgpubsub " + context.getName() + " listen");
        assertThat(second.getLeaderForMillis()).isBetween(0L, consumer().getLeaderForMillis());
        assertThat(consumer().status().group().standby()).isEqualTo(second.getBackend());
    }

    @Test
    void theConsoleHasAllInTextAndJson() {
        DevConsole console = context.getCamelContextExtension().getContextPlugin(DevConsoleRegistry.class)
                .resolveById("pgpubsub");
        JsonObject json = (JsonObject) console.call(DevConsole.MediaType.JSON);
        JsonObject listens = (JsonObject) ((JsonArray) json.get("consumers")).get(0);
        assertThat(listens).containsEntry("channel", "managed").containsEntry("role", "LEADER").containsEntry("received", 2L)
                .containsEntry("inStep", true);
        JsonObject publishes = (JsonObject) ((JsonArray) json.get("publishers")).get(0);
        assertThat(publishes).containsEntry("committed", 2L).containsEntry("connected", true);
        assertThat((String) console.call(DevConsole.MediaType.TEXT)).contains("channel: managed", "role: LEADER", "committed: 2")
                .doesNotContain(postgres.password() + "@");
    }

    @Test
    void metersCountAndGoWithTheirRoute() throws Exception {
        assertThat(meters.get("pgpubsub.consumer.received").tags("routeId", "listen", "channel", "managed", "group", "workers")
                .functionCounter().count()).isEqualTo(2);
        assertThat(meters.get("pgpubsub.consumer.leader").gauge().value()).isEqualTo(1);
        assertThat(meters.get("pgpubsub.producer.committed").functionCounter().count()).isEqualTo(2);
        assertThat(meters.get("pgpubsub.producer.commit").functionTimer().count()).isBetween(1.0, 2.0);
        context.getRouteController().stopRoute("listen");
        assertThat(meters.getMeters()).extracting(Meter::getId).noneMatch(id -> id.getName().startsWith("pgpubsub.consumer"));
    }

    @Test
    void eventsTellOfRolesGapsAndReconnects() {
        Inbox.await(() -> assertThat(events).filteredOn(PgPubSubEvent.RoleChanged.class::isInstance).extracting(
                event -> ((PgPubSubEvent.RoleChanged) event).getChange().to()).containsExactly(Role.COLD, Role.STANDBY,
                        Role.TAKING_OVER,
                        Role.LEADER));
        standby.close();
        events.clear();
        postgres.terminate(consumer().getBackend());
        Inbox.await(() -> assertThat(events).hasAtLeastOneElementOfType(PgPubSubEvent.Reconnected.class)
                .hasAtLeastOneElementOfType(PgPubSubEvent.Gap.class));
        Inbox.await(() -> assertThat(consumer().getReconnects()).isEqualTo(1));
    }

    @Test
    void producersHaveAHealthCheck() {
        assertThat(producers()).singleElement().satisfies(result -> {
            assertThat(result.getState()).isEqualTo(HealthCheck.State.UP);
            assertThat(result.getDetails()).containsEntry("connected", true).containsEntry("channel", "managed");
        });
    }

    /** Two producers of one endpoint. */
    @Test
    void aProducerThatStopsTakesItsOwnHealthCheckAlong() throws Exception {
        camel.route(builder -> builder.from("direct:other").routeId("other").to("pgpubsub:managed"));
        assertThat(producers()).as("Camel asks one of those with equal ids").hasSize(1);
        context.getRouteController().stopRoute("other");
        assertThat(producers()).singleElement()
                .satisfies(result -> assertThat(result.getDetails()).containsEntry("connected", true));
    }

    private List<HealthCheck.Result> producers() {
        return HealthCheckHelper.invokeReadiness(context).stream()
                .filter(result -> result.getCheck().getId().startsWith("producer:pgpubsub-")).toList();
    }

    private MBeanServer server() {
        return context.getManagementStrategy().getManagementAgent().getMBeanServer();
    }

    private ObjectName name(String type, String name) throws Exception {
        return server().queryNames(new ObjectName("org.apache.camel:type=" + type + ",*"), null).stream()
                .filter(each -> each.toString().contains(name) && each.toString().contains(context.getManagementName()))
                .findFirst().orElseThrow();
    }

    private Object attribute(String type, String name, String attribute) throws Exception {
        return server().getAttribute(name(type, name), attribute);
    }
}
