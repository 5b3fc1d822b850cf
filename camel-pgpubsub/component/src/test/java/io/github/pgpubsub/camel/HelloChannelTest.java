package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The basic case: send to a channel, receive from a channel. */
class HelloChannelTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void aRouteGetsWhatAnotherRouteAndPlainSqlSend() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("pgpubsub", component());
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pgpubsub:HelloChannel").to("mock:received");
                    from("direct:send").to("pgpubsub:HelloChannel");
                }
            });
            context.start();
            MockEndpoint received = context.getEndpoint("mock:received", MockEndpoint.class);
            received.setResultWaitTime(30_000);
            received.expectedBodiesReceived("{\"hello\":\"world\"}", "from SQL", "");
            context.createProducerTemplate().sendBody("direct:send", Map.of("hello", "world"));
            postgres.notify("HelloChannel", "from SQL");
            postgres.execute("NOTIFY \"HelloChannel\"");
            received.assertIsSatisfied();
            assertThat(received.getExchanges().get(0).getMessage().getHeader(PgPubSubConstants.CHANNEL))
                    .isEqualTo("HelloChannel");
            assertThat(received.getExchanges().get(0).getMessage().getHeader(PgPubSubConstants.PID)).isInstanceOf(Integer.class);
        }
        await().untilAsserted(() -> assertThat(postgres.backends("pgpubsub%")).isEmpty());
    }

    private static PgPubSubComponent component() {
        PgPubSubComponent component = new PgPubSubComponent();
        component.getConfiguration().setUrl(postgres.url());
        component.getConfiguration().setUser(postgres.user());
        component.getConfiguration().setPassword(postgres.password());
        return component;
    }
}
