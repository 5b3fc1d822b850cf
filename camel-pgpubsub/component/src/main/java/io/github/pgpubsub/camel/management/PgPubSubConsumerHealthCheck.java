package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Readiness of a consumer. Down when its connection has been lost for longer than a second, when its group's leader shows no
 * sign of life and this user may not end the leader's session, and while the consumer is connected but stuck. The details show
 * its state.
 */
public final class PgPubSubConsumerHealthCheck extends AbstractHealthCheck {

    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ManagedConsumer consumer;

    public PgPubSubConsumerHealthCheck(ManagedConsumer consumer) {
        super("camel", "consumer:pgpubsub-" + (consumer.getRouteId() == null ? consumer.getChannel() : consumer.getRouteId()));
        this.consumer = consumer;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail("channel", consumer.getChannel());
        SubscriptionStatus status = consumer.status();
        if (status == null) {
            builder.detail("connected", false);
            builder.message("Not listening: the route is stopped or suspended").down();
            return;
        }
        describe(builder, status);
        GroupStatus group = status.group();
        if (!status.connected() && status.session().since().compareTo(PATIENCE) > 0) {
            builder.message("No listening connection for " + status.session().since().toSeconds() + " s").down();
        } else if (group != null && group.undeposable() != 0) {
            builder.message(
                    "Backend " + group.undeposable() + " leads but shows no sign of life, and this user may not end its session")
                    .down();
        } else if (status.trouble() != null && !status.receiving()) {
            builder.message(status.trouble()).down();
        } else if (status.session().waitsFor() != null) {
            builder.message("Reading has stopped because a queue is full: " + status.session().waitsFor()
                    + ". While this lasts, VACUUM removes nothing in this database").up();
        } else {
            builder.up();
        }
    }

    private void describe(HealthCheckResultBuilder builder, SubscriptionStatus status) {
        builder.detail("connected", status.connected());
        builder.detail("receiving", status.receiving());
        builder.detail("silenceMillis", status.session().silence().toMillis());
        builder.detail("queued", status.queued());
        builder.detail("queueSize", status.queueSize());
        builder.detail("serverQueueUsage", status.session().queueUsage());
        if (status.session().waitsFor() != null) {
            builder.detail("waitsFor", status.session().waitsFor());
        }
        if (status.trouble() != null) {
            builder.detail("trouble", status.trouble());
        }
        GroupStatus group = status.group();
        if (group != null) {
            builder.detail("group", consumer.getGroup());
            builder.detail("role", group.role().name());
            builder.detail("inStep", group.inStep());
            builder.detail("leader", group.leader());
            builder.detail("contextLocks", consumer.getContextLocks());
        }
    }
}
