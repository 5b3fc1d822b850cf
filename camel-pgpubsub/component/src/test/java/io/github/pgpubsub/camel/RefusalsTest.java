package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.camel.cluster.PgPubSubClusterService;
import io.github.pgpubsub.support.LoggedLines;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.Service;
import org.apache.camel.builder.LambdaRouteBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Settings that can't work are refused, with a message that names them. Needs no server. */
class RefusalsTest {

    private static final String[] WAY_OUT = {"autowiredEnabled=false", "url", "dataSource"};

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final PgPubSubComponent component = new PgPubSubComponent();

    RefusalsTest() {
        context.addComponent("pgpubsub", component);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    // ---- a question mark in a channel

    @ParameterizedTest
    @ValueSource(strings = {
        "pgpubsub:who%3F", "pgpubsub:who%253F", "pgpubsub:who%253f", "pgpubsub:who??", "pgpubsub:who?me", "pgpubsub:who%3Fme",
        "pgpubsub:who%253Fme", "pgpubsub:who? me?", "pgpubsub:who?me?group=a", "pgpubsub:who%3Fme?group=a",
        "pgpubsub:who%253Fme?group=a",
    })
    void aQuestionMarkIsRefusedAndTheHeaderIsNamed(String uri) {
        assertThatThrownBy(() -> context.getEndpoint(uri)).isInstanceOf(ResolveEndpointFailedException.class)
                .hasMessageContainingAll("A ? in a URI begins the options", PgPubSubConstants.OVERRIDE_CHANNEL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"who?", "who%3F", "who%253F", "who??", "who?me", "who%3Fme"})
    void aDynamicChannelIsNotCutAtItsQuestionMark(String channel) throws Exception {
        component.getConfiguration().setUrl("jdbc:postgresql://localhost:1/none");
        component.getConfiguration().setSendTimeout(100);
        start(route -> route.from("direct:dynamic").toD("pgpubsub:${header.where}"));

        assertThatThrownBy(() -> context.createProducerTemplate().sendBodyAndHeader("direct:dynamic", "x", "where", channel))
                .cause().hasMessageContainingAll("A ? in a URI begins the options", PgPubSubConstants.OVERRIDE_CHANNEL);
    }

    @Test
    void optionsThatTurnOutEmptyAreNoName() throws Exception {
        component.getConfiguration().setUrl("jdbc:postgresql://localhost:1/none");
        component.getConfiguration().setSendTimeout(100);
        start(route -> route.from("direct:dynamic").toD("pgpubsub:A?${header.options}"));

        assertThatThrownBy(() -> context.createProducerTemplate().sendBodyAndHeader("direct:dynamic", "x", "options", ""))
                .cause().hasMessageContaining("Not sent: no connection");
    }

    @Test
    void aPercentSignIsNoQuestionMark() {
        assertThat(context.getEndpoint("pgpubsub:who%25253F", PgPubSubEndpoint.class).getChannel()).isEqualTo("who%3F");
    }

    // ---- an address in place of a channel

    @ParameterizedTest
    @ValueSource(strings = {
        "pgpubsub:postgres://me:s3cr3t@localhost:5432/app", "pgpubsub:postgresql://localhost/app",
        "pgpubsub:jdbc:postgresql://localhost/app"
    })
    void anAddressIsNoChannel(String uri) {
        assertThatThrownBy(() -> context.getEndpoint(uri)).isInstanceOf(ResolveEndpointFailedException.class)
                .hasStackTraceContaining("The channel in the URI looks like the address of a database. Set the option url")
                .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("s3cr3t"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"postgres", "postgres-orders", "order:17/status", "a@b/c", "jdbc", "https://example.org/orders", "a:b@c"})
    void manyANameOnlyLooksStrange(String channel) {
        assertThat(context.getEndpoint("pgpubsub:" + channel, PgPubSubEndpoint.class).getChannel()).isEqualTo(channel);
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    // ---- a class that is not on the class path

    @Test
    void aBodyTypeThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> context.getEndpoint("pgpubsub:a?payloadFormat=json&bodyType=no.such.Order"))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasMessageContaining("bodyType names the class no.such.Order, which is not on the class path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"camel.component.pgpubsub.bodyType", "camel.component.pgpubsub.body-type"})
    void norOneOfTheComponent(String property) {
        Main main = new Main();
        main.addInitialProperty(property, "no.such.Order");
        try {
            assertThatThrownBy(main::start).hasStackTraceContaining(
                    "bodyType names the class no.such.Order, which is not on the class path");
        } finally {
            main.shutdown();
        }
    }

    // ---- autowiredEnabled=false

    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub:a", "pgpubsub:a?transacted=true"})
    void theRegistryIsNotAskedWhereTheComponentMayNot(String uri) throws Exception {
        component.setAutowiredEnabled(false);

        assertNoDatabase(uri);
    }

    @Test
    void norWhereTheContextMayNot() throws Exception {
        context.setAutowiredEnabled(false);

        assertNoDatabase("pgpubsub:a");
        PgPubSubClusterService cluster = new PgPubSubClusterService();
        cluster.setCamelContext(context);
        assertThatThrownBy(cluster::start).hasMessageContainingAll(WAY_OUT);
    }

    @Test
    void norWhereTheEndpointMayNot() throws Exception {
        assertNoDatabase("pgpubsub:a?autowiredEnabled=false");
    }

    private void assertNoDatabase(String uri) throws Exception {
        context.getRegistry().bind("database", new PGSimpleDataSource());

        context.start();

        for (Service each : new Service[] {
            context.getEndpoint(uri).createConsumer(exchange -> {}), context.getEndpoint(uri).createProducer()}) {
            assertThatThrownBy(each::start).satisfiesAnyOf(e -> assertThat(e).hasMessageContainingAll(WAY_OUT),
                    e -> assertThat(e).cause().hasMessageContainingAll(WAY_OUT));
        }
    }

    // ---- log messages

    @Test
    void aConnectionThatCantBeHadIsOneLine() throws Exception {
        try (LoggedLines log = LoggedLines.capture()) {
            var consumer = (PgPubSubConsumer) context.getEndpoint("pgpubsub:a").createConsumer(exchange -> {});
            var reports = new ConsumerReports(consumer);
            SQLException refused = new SQLException("Connection to localhost:1 refused", "08001");
            reports.failed(refused);
            reports.failed(new IllegalStateException("something else"));

            assertThat(log.lines()).filteredOn(line -> line.startsWith("WARN")).satisfiesExactly(
                    line -> assertThat(line).endsWith("Listening to channel a failed: Connection to localhost:1 refused"),
                    line -> assertThat(line).contains("something else", "\tat "));
        }
    }

    /** The message of a final failure does not promise another attempt; the message of any other failure does. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void tryingAgainIsSaidWhereItIsTriedAgain(int reconnectLimit) throws Exception {
        component.getConfiguration().setUrl("jdbc:postgresql://localhost:1/none");
        component.getConfiguration().setReconnectLimit(reconnectLimit);
        try (LoggedLines log = LoggedLines.capture()) {
            try {
                start(route -> route.from("pgpubsub:a?singleListener=false").process(exchange -> {}));
            } catch (Exception e) {
                assertThat(e).hasStackTraceContaining("gave up after 0 attempts");
            }

            Inbox.await(
                    () -> assertThat(log.lines()).filteredOn(line -> line.startsWith("WARN") && line.contains("Can't connect to"))
                            .hasSize(1).allMatch(line -> line.contains("; trying again") == reconnectLimit > 0));
        }
    }

    /** The driver alone would say: The connection attempt failed. */
    @Test
    void anUnknownHostIsCalledOne() throws Exception {
        // A label of a host name has 63 characters at most, so nobody is asked.
        String host = "x".repeat(64);
        component.getConfiguration().setUrl("jdbc:postgresql://" + host + "/none");
        try (LoggedLines log = LoggedLines.capture()) {
            start(route -> route.from("pgpubsub:a").process(exchange -> {}));

            Inbox.await(() -> assertThat(log.lines()).anyMatch(line -> line.startsWith("WARN") && line.contains(
                    "The connection attempt failed: UnknownHostException: " + host)));
        }
    }

    private void start(LambdaRouteBuilder route) throws Exception {
        RouteBuilder.addRoutes(context, route);
        context.start();
    }
}
