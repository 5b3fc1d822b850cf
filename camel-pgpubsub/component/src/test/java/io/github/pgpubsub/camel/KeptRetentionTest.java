package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A group that does not read keeps everybody's messages: operators of any consumer see which one it is. */
class KeptRetentionTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void healthAndJmxNameTheGroupThatKeepsTheMessages() throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            ((PgPubSubComponent) camel.context().getComponent("pgpubsub")).setRetention(1000);
            HealthCheckRegistry registry = HealthCheckRegistry.get(camel.context());
            registry.register(registry.resolveById("consumers"));
            Inbox inbox = new Inbox();
            camel.receive("pgpubsub:orders?durable=true", inbox).start();
            PgPubSubKeptConsumer consumer = (PgPubSubKeptConsumer) camel.context().getRoutes().get(0).getConsumer();
            assertThat(consumer.getRetentionTrouble()).isEmpty();
            postgres.strings("select no from pgpubsub.join_group('orders', 'lazy')");
            postgres.execute("insert into pgpubsub.message (channel, payload) values ('orders', 'a')");
            inbox.awaitBodies("a");
            Inbox.await(() -> assertThat(consumer.getRetentionTrouble()).contains("orders/lazy have not read them"));
            HealthCheck.Result health = HealthCheckHelper.invokeReadiness(camel.context()).stream()
                    .filter(each -> each.getDetails().containsKey("reading")).findFirst().orElseThrow();
            assertThat(health.getState()).isEqualTo(HealthCheck.State.UP);
            assertThat((String) health.getDetails().get("retentionTrouble")).contains("orders/lazy");
        }
    }
}
