package io.github.pgpubsub.camel;

import io.github.pgpubsub.SubscriptionStatus;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Readiness of a consumer: down once its connection has been lost for longer than a second, or when the listener of its group
 * shows no life and may not be ended. Details tell its role.
 */
final class PgPubSubConsumerHealthCheck extends AbstractHealthCheck {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PgPubSubConsumer consumer;
    private volatile long connectedAt = System.nanoTime();

    PgPubSubConsumerHealthCheck(PgPubSubConsumer consumer, String routeId) {
        super("camel", "consumer:pgpubsub-" + routeId);
        this.consumer = consumer;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        SubscriptionStatus status = consumer.status();
        builder.detail("channel", consumer.getEndpoint().getChannel());
        long now = System.nanoTime();
        if (status == null || !status.connected()) {
            boolean lostForLong = now - connectedAt > PATIENCE_NANOS;
            builder.detail("connected", false);
            if (lostForLong) {
                builder.message("No connection to listen on").down();
            } else {
                builder.up();
            }
            return;
        }
        connectedAt = now;
        builder.detail("connected", true);
        builder.detail("receiving", status.receiving());
        if (status.role() != null) {
            builder.detail("group", consumer.getEndpoint().getConfiguration().getGroup());
            builder.detail("role", status.role().name());
            builder.detail("inStep", status.inStep());
            builder.detail("leader", status.leader());
        }
        if (status.undeposable() != 0) {
            builder.message("Backend " + status.undeposable() + " leads, shows no life, and this user may not end its session").down();
        } else {
            builder.up();
        }
    }
}
