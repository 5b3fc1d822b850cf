package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.util.Collection;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Camel's health registry tells whether a consumer is connected and what its role is. */
class ConsumerHealthTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void aConsumerIsDownWhileItsConnectionIsLostAndTellsItsRole() throws Exception {
        try (Proxy proxy = new Proxy(postgres.server()); CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            DefaultCamelContext context = camel.context();
            camel.configuration().setUrl("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database());
            camel.route(builder -> builder.from("pgpubsub:HelloChannel").routeId("hello").to("mock:hello"));
            // As camel-main and the runtimes do.
            HealthCheckRegistry registry = HealthCheckRegistry.get(context);
            registry.register(registry.resolveById("consumers"));
            camel.start();
            await().untilAsserted(() -> {
                HealthCheck.Result health = health(context);
                assertThat(health.getState()).isEqualTo(HealthCheck.State.UP);
                assertThat(health.getDetails()).containsEntry("role", "LEADER").containsEntry("receiving", true)
                        .containsEntry("channel", "HelloChannel");
            });
            proxy.refuse(true);
            proxy.reset();
            await().untilAsserted(() -> {
                HealthCheck.Result health = health(context);
                assertThat(health.getState()).isEqualTo(HealthCheck.State.DOWN);
                assertThat(health.getMessage())
                        .hasValueSatisfying(message -> assertThat(message).startsWith("No listening connection for"));
            });
            proxy.refuse(false);
            await()
                    .untilAsserted(() -> assertThat(health(context).getState()).isEqualTo(HealthCheck.State.UP));
        }
    }

    private static HealthCheck.Result health(DefaultCamelContext context) {
        Collection<HealthCheck.Result> results = HealthCheckHelper.invokeReadiness(context);
        return results.stream().filter(result -> result.getCheck().getId().contains("hello")).findFirst()
                .orElseThrow(() -> new AssertionError("no check of the route among " + results));
    }
}
