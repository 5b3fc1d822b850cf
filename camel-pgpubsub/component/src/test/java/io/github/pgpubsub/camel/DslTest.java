package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same small route in each Camel DSL, started by camel-main with properties only. */
class DslTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void java() throws Exception {
        Main main = main();
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("pgpubsub:HelloChannel").routeId("receive").to("mock:received");
                from("direct:send").routeId("send").to("pgpubsub:HelloChannel");
            }
        });
        sendsAndReceivesText(main);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello.xml", "hello.yaml"})
    void xmlAndYaml(String file) throws Exception {
        Main main = main();
        main.configure().withRoutesIncludePattern("classpath:routes/" + file);
        sendsAndReceivesText(main);
    }

    @ParameterizedTest
    @ValueSource(strings = {"options.xml", "options.yaml"})
    void optionsInXmlAndYaml(String file) throws Exception {
        Main main = main();
        main.configure().withRoutesIncludePattern("classpath:routes/" + file);
        try {
            main.start();
            CamelContext context = main.getCamelContext();
            assertThat(((PgPubSubEndpoint) context.getRoute("receive").getEndpoint()).getConfiguration())
                    .returns(false, PgPubSubConfiguration::isSingleListener)
                    .returns(PayloadFormat.json, PgPubSubConfiguration::getPayloadFormat)
                    .returns("cache", PgPubSubConfiguration::getGroup);

            Map<String, Object> order = Map.of("id", 1, "items", List.of("tea", "milk"));
            MockEndpoint received = context.getEndpoint("mock:received", MockEndpoint.class);
            received.setResultWaitTime(30_000);
            received.expectedMessageCount(1);
            context.createProducerTemplate().sendBody("direct:send", order);
            received.assertIsSatisfied();
            assertThat(received.getExchanges().get(0).getMessage().getBody()).isEqualTo(order);
        } finally {
            main.shutdown();
        }
    }

    private static void sendsAndReceivesText(Main main) throws Exception {
        try {
            main.start();
            CamelContext context = main.getCamelContext();
            MockEndpoint received = context.getEndpoint("mock:received", MockEndpoint.class);
            received.setResultWaitTime(30_000);
            received.expectedBodiesReceived("{\"hello\":\"world\"}", "from SQL");
            context.createProducerTemplate().sendBody("direct:send", Map.of("hello", "world"));
            postgres.notify("HelloChannel", "from SQL");
            received.assertIsSatisfied();
        } finally {
            main.shutdown();
        }
        Inbox.await(() -> assertThat(postgres.backends("pgpubsub%")).isEmpty());
    }

    private static Main main() {
        Main main = new Main();
        main.addInitialProperty("camel.component.pgpubsub.url", postgres.url());
        main.addInitialProperty("camel.component.pgpubsub.user", postgres.user());
        main.addInitialProperty("camel.component.pgpubsub.password", postgres.password());
        return main;
    }
}
