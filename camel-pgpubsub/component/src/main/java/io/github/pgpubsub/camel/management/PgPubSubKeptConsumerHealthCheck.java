package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.kept.KeptGroup;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Readiness of a consumer of a kept channel. Down when a connection has been lost for longer than a second, and while something keeps
 * the group from its messages: a transaction that holds its place, a leader that can't be deposed, a log that can't be used. The details
 * show its state, its group's lag, and the parked messages, which are a matter for people and not for an orchestrator.
 */
public final class PgPubSubKeptConsumerHealthCheck extends AbstractHealthCheck {

    private static final long PATIENCE_NANOS = PgPubSubConsumerHealthCheck.PATIENCE.toNanos();

    private final ManagedKeptConsumer consumer;
    /** When a call first found the reading connection closed, as nanoTime; 0: it was open. */
    private final AtomicLong closedSince = new AtomicLong();

    public PgPubSubKeptConsumerHealthCheck(ManagedKeptConsumer consumer) {
        super("camel", "consumer:pgpubsub-" + (consumer.getRouteId() == null ? consumer.getChannel() : consumer.getRouteId()));
        this.consumer = consumer;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail("channel", consumer.getChannel());
        SubscriptionStatus status = consumer.status();
        KeptStatus kept = consumer.keptStatus();
        if (status == null || kept == null) {
            builder.detail("connected", false);
            builder.message("Not listening: the route is stopped or suspended").down();
            return;
        }
        describe(builder, status, kept);
        GroupStatus group = status.group();
        String trouble = kept.trouble() != null ? kept.trouble() : status.receiving() ? null : status.trouble();
        if (isClosedForLong(kept)) {
            builder.message("The connection that reads the log is lost").down();
        } else if (!status.connected() && status.session().since().compareTo(PgPubSubConsumerHealthCheck.PATIENCE) > 0) {
            builder.message("No listening connection for " + status.session().since().toSeconds() + " s").down();
        } else if (group != null && group.undeposable() != 0) {
            builder.message(
                    "Backend " + group.undeposable() + " leads but shows no sign of life, and this user may not end its session")
                    .down();
        } else if (trouble != null) {
            builder.message(trouble).down();
        } else {
            builder.up();
        }
    }

    private boolean isClosedForLong(KeptStatus kept) {
        if (kept.connected()) {
            closedSince.set(0);
            return false;
        }
        long now = System.nanoTime();
        return !closedSince.compareAndSet(0, now) && now - closedSince.get() > PATIENCE_NANOS;
    }

    private void describe(HealthCheckResultBuilder builder, SubscriptionStatus status, KeptStatus kept) {
        builder.detail("connected", status.connected());
        builder.detail("logConnected", kept.connected());
        builder.detail("receiving", status.receiving());
        builder.detail("reading", kept.reading());
        builder.detail("asleep", kept.asleep());
        builder.detail("epoch", kept.epoch());
        builder.detail("shards", consumer.getShards());
        builder.detail("windowMillis", kept.window().toMillis());
        builder.detail("inHand", kept.inHand());
        builder.detail("queueSize", status.queueSize());
        builder.detail("completed", kept.completed());
        builder.detail("skipped", kept.skipped());
        builder.detail("parked", kept.parked());
        builder.detail("missed", kept.missed());
        if (kept.trouble() != null) {
            builder.detail("trouble", kept.trouble());
        }
        if (kept.retentionTrouble() != null) {
            builder.detail("retentionTrouble", kept.retentionTrouble());
        }
        GroupStatus group = status.group();
        if (group != null) {
            builder.detail("group", consumer.getGroup());
            builder.detail("role", group.role().name());
            builder.detail("leader", group.leader());
        }
        List<KeptGroup> standing = consumer.standing();
        if (standing != null && !standing.isEmpty()) {
            builder.detail("lag", standing.stream().mapToLong(KeptGroup::lag).sum());
            builder.detail("lagSeconds", standing.stream().mapToLong(each -> each.behind().toSeconds()).max().orElse(0));
            builder.detail("groupParked", standing.stream().mapToLong(KeptGroup::parked).sum());
        }
    }
}
