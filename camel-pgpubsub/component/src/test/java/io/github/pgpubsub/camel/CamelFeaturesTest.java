package io.github.pgpubsub.camel;

import static io.github.pgpubsub.camel.CamelWithPostgres.uri;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.PooledExchangeFactory;
import org.apache.camel.impl.engine.PooledProcessorExchangeFactory;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Features of Camel that applications use with any component: polling, templates, reload, pooling, management. */
class CamelFeaturesTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final CamelWithPostgres camel = new CamelWithPostgres(postgres);
    private final Inbox inbox = new Inbox();

    @AfterEach
    void stop() {
        camel.close();
    }

    // ---- pollEnrich

    @Test
    void pollEnrichListensFromTheFirstPollOnAndKeepsWhatComesBetweenPolls() throws Exception {
        camel.route(route -> route.from("direct:poll").pollEnrich("pgpubsub:polled?singleListener=false", 20_000)
                .process(inbox)).start();
        CompletableFuture<Object> first = camel.template().asyncSendBody("direct:poll", "ignored");
        // Until the first poll has its answer, because LISTEN takes a moment.
        Inbox.await(() -> {
            postgres.notify("polled", "first");
            assertThat(first).isDone();
        });
        postgres.notify("polled", "between");
        Inbox.await(() -> {
            camel.send("direct:poll", "ignored");
            assertThat(inbox.bodies()).endsWith("between");
        });
        assertThat(inbox.bodies()).startsWith("first");
    }

    @Test
    void pollEnrichWithAChannelOfTheExchangeTimesOutWithoutABody() throws Exception {
        camel.route(route -> route.from("direct:poll").pollEnrich().simple("pgpubsub:${header.where}?singleListener=false")
                .timeout(50).process(inbox)).start();
        camel.template().sendBodyAndHeader("direct:poll", "ignored", "where", "nowhere");

        inbox.awaitSize(1);
        assertThat(inbox.bodies().get(0)).isNull();
    }

    // ---- route templates

    @Test
    void aRouteTemplateListensToTheChannelsOfItsParameters() throws Exception {
        camel.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                routeTemplate("listen").templateParameter("channel").templateParameter("group", "default")
                        .from("pgpubsub:{{channel}}?group={{group}}&payloadFormat=json").process(inbox);
            }
        });
        camel.start();
        TemplatedRouteBuilder.builder(camel.context(), "listen").routeId("one").parameter("channel", "template one").add();
        TemplatedRouteBuilder.builder(camel.context(), "listen").routeId("two").parameter("channel", "template-two")
                .parameter("group", "others").add();
        Inbox.await(() -> assertThat(camel.isReceiving("one") && camel.isReceiving("two")).isTrue());
        postgres.notify("template one", "{\"from\":1}");
        postgres.notify("template-two", "{\"from\":2}");
        Inbox.await(() -> assertThat(inbox.bodies()).containsExactlyInAnyOrder(Map.of("from", 1), Map.of("from", 2)));

        for (String id : List.of("one", "two")) {
            camel.context().getRouteController().stopRoute(id);
            assertThat(camel.context().removeRoute(id)).isTrue();
        }
        Inbox.await(() -> assertThat(camel.backends(postgres, "listen")).isEmpty());
    }

    // ---- route reload

    @Test
    void aReloadedRouteTakesOverAndTheOldOneLeavesNothingBehind(@TempDir Path folder, @TempDir Path elsewhere) throws Exception {
        Path file = Files.writeString(folder.resolve("reloaded.yaml"), yaml("old"));
        Main main = new Main();
        main.addInitialProperty("camel.component.pgpubsub.url", postgres.libpqUri());
        main.addInitialProperty("camel.main.routes-include-pattern", "file:" + folder + "/*.yaml");
        main.addInitialProperty("camel.main.routes-reload-enabled", "true");
        main.addInitialProperty("camel.main.routes-reload-directory", folder.toString());
        main.addInitialProperty("camel.main.routes-reload-pattern", "*.yaml");
        try {
            main.start();
            CamelContext context = main.getCamelContext();
            Inbox.await(() -> assertThat(received(context, "old", "before")).isTrue());
            // At once: a file that is emptied and then written may be loaded twice.
            Files.move(Files.writeString(elsewhere.resolve("new.yaml"), yaml("new")), file, StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
            Inbox.await(() -> assertThat(received(context, "new", "after")).isTrue());

            Inbox.await(() -> assertThat(context.getRoutes()).hasSize(1));
            Inbox.await(() -> assertThat(postgres.backends("pgpubsub " + context.getName() + " listen")).hasSize(1));
            String told = "exactly once";
            postgres.notify("reloaded", told);
            MockEndpoint mock = context.getEndpoint("mock:new", MockEndpoint.class);
            Inbox.await(() -> assertThat(mock.getExchanges()).filteredOn(each -> each.getMessage().getBody().equals(told))
                    .hasSize(1));
        } finally {
            main.shutdown();
        }
    }

    private static boolean received(CamelContext context, String where, String text) {
        postgres.notify("reloaded", text);
        return context.getEndpoint("mock:" + where, MockEndpoint.class).getReceivedCounter() > 0;
    }

    private static String yaml(String where) {
        return """
                - route:
                    id: reloaded
                    from:
                      uri: pgpubsub:reloaded
                      steps:
                        - to: mock:%s
                """.formatted(where);
    }

    // ---- exchange pooling

    @Test
    void aPooledExchangeHasNothingOfItsFormerMessage() throws Exception {
        DefaultCamelContext context = camel.context();
        PooledExchangeFactory factory = new PooledExchangeFactory();
        factory.setStatisticsEnabled(true);
        context.getCamelContextExtension().setExchangeFactory(factory);
        context.getCamelContextExtension().setProcessorExchangeFactory(new PooledProcessorExchangeFactory());
        context.getCamelContextExtension().getExchangeFactoryManager().setStatisticsEnabled(true);
        camel.receive("pgpubsub:pooled?payloadFormat=cloudevents", inbox)
                .receive("pgpubsub:pooled-kept?durable=true", inbox)
                .route(route -> route.from("direct:pooled").to("pgpubsub:pooled?payloadFormat=cloudevents")).start();
        for (int i = 0; i < 50; i++) {
            camel.template().sendBodyAndHeader("direct:pooled", "with", "number" + i, i);
            postgres.notify("pooled", "without");
        }
        for (int i = 0; i < 20; i++) {
            camel.template().sendBodyAndHeader("pgpubsub:pooled-kept?durable=true", "kept", "number" + i, i);
        }

        inbox.awaitSize(120);
        assertThat(inbox.messages()).allSatisfy(message -> assertThat(
                message.getHeaders().keySet().stream().filter(name -> name.startsWith("number")))
                .hasSize(message.getBody().equals("without") ? 0 : 1));
        assertThat(context.getCamelContextExtension().getExchangeFactoryManager().getStatistics().getAcquiredCounter())
                .isPositive();
    }

    // ---- management

    @ParameterizedTest
    @ValueSource(strings = {"quo\"te", "com,ma", "co:lon", "aster*isk", "equals=sign", "two words", "né通知🐘", "back\\slash"})
    void consumersAndEndpointsOfAnyChannelAreManaged(String channel) throws Exception {
        camel.route(route -> route.from(uri(channel)).routeId("odd").process(inbox))
                .route(route -> route.from("direct:odd").to(uri(channel))).start();
        camel.send("direct:odd", "sent");
        inbox.awaitBodies("sent");

        for (String type : List.of("consumers", "endpoints")) {
            assertThat(channels(type)).as(type).contains(channel);
        }
    }

    private List<Object> channels(String type) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        return server
                .queryNames(new ObjectName("org.apache.camel:context=" + camel.context().getManagementName() + ",type=" + type
                        + ",*"), null)
                .stream().filter(name -> has(server, name)).map(name -> value(server, name)).toList();
    }

    private static boolean has(MBeanServer server, ObjectName name) {
        try {
            return List.of(server.getMBeanInfo(name).getAttributes()).stream().anyMatch(each -> each.getName().equals("Channel"));
        } catch (Exception e) {
            throw new AssertionError(name.toString(), e);
        }
    }

    private static Object value(MBeanServer server, ObjectName name) {
        try {
            return server.getAttribute(name, "Channel");
        } catch (Exception e) {
            throw new AssertionError(name.toString(), e);
        }
    }
}
