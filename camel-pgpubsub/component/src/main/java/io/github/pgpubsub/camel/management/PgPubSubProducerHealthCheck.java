package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.PublisherStatus;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Readiness of a producer. Down when its connection has been lost for longer than a second. */
public final class PgPubSubProducerHealthCheck extends AbstractHealthCheck {

    private final ManagedProducer producer;

    public PgPubSubProducerHealthCheck(ManagedProducer producer, String id) {
        super("camel", "producer:pgpubsub-" + id);
        this.producer = producer;
    }

    /** By identity: producers of one endpoint have equal ids, and Camel would remove another one of them. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        PublisherStatus status = producer.status();
        builder.detail("channel", producer.getChannel());
        if (status == null) {
            builder.up();
            return;
        }
        builder.detail("connected", status.connected());
        builder.detail("queued", status.queued());
        builder.detail("queueSize", status.capacity());
        if (!status.connected() && status.since().compareTo(PgPubSubConsumerHealthCheck.PATIENCE) > 0) {
            builder.message("No publishing connection for " + status.since().toSeconds() + " s").down();
        } else {
            builder.up();
        }
    }
}
