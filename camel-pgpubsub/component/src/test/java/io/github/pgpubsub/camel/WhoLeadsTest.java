package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.docs.Pages;
import io.github.pgpubsub.support.PostgresExtension;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The documented query returns the leader. */
class WhoLeadsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void theDocumentedQueryNamesTheLeadersBackend() throws Exception {
        String page = Files.readString(Pages.ROOT.resolve("docs/leadership.md"));
        String query = page.substring(page.indexOf("with parts("), page.indexOf("```", page.indexOf("with parts(")));
        assertThat(postgres.strings(query)).isEmpty();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.route(builder -> builder.from("pgpubsub:HelloChannel").routeId("one").to("mock:one"));
            camel.route(builder -> builder.from("pgpubsub:other").to("mock:other"));
            camel.start();
            assertThat(postgres.strings(query))
                    .containsExactlyElementsOf(postgres.backends("%listen%").stream().map(String::valueOf).toList());
            camel.context().getRouteController().stopRoute("one");
            await().untilAsserted(() -> assertThat(postgres.strings(query)).isEmpty());
        }
    }
}
