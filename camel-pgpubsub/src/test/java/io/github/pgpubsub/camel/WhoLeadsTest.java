package io.github.pgpubsub.camel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The documented query tells who leads. */
class WhoLeadsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void theDocumentedQueryNamesTheLeadersBackend() throws Exception {
        String page = Files.readString(Path.of("../docs/leadership.md"));
        String query = page.substring(page.indexOf("with parts("), page.indexOf("```", page.indexOf("with parts(")));
        assertThat(postgres.strings(query)).isEmpty();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            PgPubSubComponent component = new PgPubSubComponent();
            component.getConfiguration().setUrl(postgres.url());
            component.getConfiguration().setUser(postgres.user());
            component.getConfiguration().setPassword(postgres.password());
            context.addComponent("pgpubsub", component);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pgpubsub:HelloChannel").routeId("one").to("mock:one");
                    from("pgpubsub:other").to("mock:other");
                }
            });
            context.start();
            assertThat(postgres.strings(query))
                    .containsExactlyElementsOf(postgres.backends("%listen%").stream().map(String::valueOf).toList());
            context.getRouteController().stopRoute("one");
            await().atMost(10, SECONDS).untilAsserted(() -> assertThat(postgres.strings(query)).isEmpty());
        }
    }
}
