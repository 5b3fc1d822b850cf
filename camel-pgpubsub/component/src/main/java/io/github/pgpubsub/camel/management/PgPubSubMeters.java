package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.PublisherStatus;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.SubscriptionCounts;
import io.github.pgpubsub.status.SubscriptionStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/**
 * The Micrometer meters of a consumer or a publishing connection. When polled, they read counters that exist anyway. Only
 * {@link Metering} may load this class: Micrometer may be missing.
 */
final class PgPubSubMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();
    /** Keeps the meters' source alive: Micrometer holds only a weak reference to it. */
    private final Object asked;

    private PgPubSubMeters(MeterRegistry registry, Tags tags, Object asked) {
        this.registry = registry;
        this.tags = tags;
        this.asked = asked;
    }

    /** Null if the context's registry holds no MeterRegistry, or several. */
    static @Nullable AutoCloseable ofConsumer(CamelContext context, ManagedConsumer consumer) {
        return ofConsumer(context, consumer, meters -> {});
    }

    /** As {@link #ofConsumer}, and what only a kept channel has. */
    static @Nullable AutoCloseable ofKeptConsumer(CamelContext context, ManagedKeptConsumer consumer) {
        return ofConsumer(context, consumer, meters -> meters.bindKept(consumer));
    }

    private static @Nullable AutoCloseable ofConsumer(CamelContext context, ManagedConsumer consumer,
            Consumer<PgPubSubMeters> more) {
        MeterRegistry registry = context.getRegistry().findSingleByType(MeterRegistry.class);
        if (registry == null) {
            return null;
        }
        Supplier<SubscriptionStatus> status = consumer::status;
        Tags tags = Tags.of("camelContext", context.getName(), "routeId", orNone(consumer.getRouteId()),
                "channel", consumer.getChannel(), "group", orNone(consumer.getGroup()));
        synchronized (registry) {
            PgPubSubMeters meters = new PgPubSubMeters(registry,
                    free(registry, "pgpubsub.consumer.received", tags, "consumer", 1), status);
            meters.bind(status);
            more.accept(meters);
            return meters;
        }
    }

    /** Null if the context's registry holds no MeterRegistry, or several. */
    static @Nullable AutoCloseable ofPublisher(CamelContext context, String server, int number,
            Supplier<PublisherStatus> publisher) {
        MeterRegistry registry = context.getRegistry().findSingleByType(MeterRegistry.class);
        if (registry == null) {
            return null;
        }
        Tags tags = Tags.of("camelContext", context.getName(), "server", server);
        synchronized (registry) {
            PgPubSubMeters meters = new PgPubSubMeters(registry,
                    free(registry, "pgpubsub.producer.committed", tags, "connection", number), publisher);
            meters.bindPublisher(publisher);
            return meters;
        }
    }

    /**
     * Adds a number to the tags, the lowest that is free. Without it, consumers with equal tags would share one meter, and the
     * first consumer to close would remove it. The tag is always present, because Prometheus requires equal tag keys.
     */
    private static Tags free(MeterRegistry registry, String meter, Tags tags, String key, int first) {
        int number = first;
        while (registry.find(meter).tags(tags.and(key, Integer.toString(number))).meter() != null) {
            number++;
        }
        return tags.and(key, Integer.toString(number));
    }

    /** Tags can't be null, but a ConsumerTemplate's consumer has no route, and a consumer with singleListener=false no group. */
    private static String orNone(@Nullable String value) {
        return value == null || value.isEmpty() ? "none" : value;
    }

    private void bind(Supplier<SubscriptionStatus> status) {
        count("received", "Messages passed to the route", status, SubscriptionCounts::received);
        count("filtered", "Own messages left out", status, SubscriptionCounts::filtered);
        count("dropped", "Messages left out because the queue was full", status, SubscriptionCounts::dropped);
        count("redelivered", "Messages that an earlier listener may have processed", status, SubscriptionCounts::redelivered);
        meters.add(FunctionTimer
                .builder("pgpubsub.consumer.gap", status, now -> counts(now).gaps(), now -> counts(now).gapMillis(),
                        TimeUnit.MILLISECONDS)
                .description("Gaps, times in which messages may have been missed").tags(tags).register(registry));
        meters.add(FunctionCounter.builder("pgpubsub.consumer.reconnects", status,
                now -> of(now, each -> each.session().reconnects())).description("Connections opened after the first one")
                .tags(tags)
                .register(registry));
        gauge("pgpubsub.consumer.queued", "Messages waiting for the route", status, SubscriptionStatus::queued);
        gauge("pgpubsub.consumer.connected", "1: connected, 0: not", status, each -> each.connected() ? 1 : 0);
        gauge("pgpubsub.consumer.leader", "1: this consumer leads its group, 0: not", status,
                each -> each.group() != null && each.group().role() == Role.LEADER ? 1 : 0);
        gauge("pgpubsub.consumer.in.step", "1: the standby holds all messages that the leader has not completed, 0: not", status,
                each -> each.group() != null && each.group().inStep() ? 1 : 0);
        gauge("pgpubsub.server.queue.usage", "Share of the server's notification queue in use", status,
                each -> each.session().queueUsage());
    }

    private void bindKept(ManagedKeptConsumer consumer) {
        Supplier<KeptStatus> status = consumer::keptStatus;
        counter("pgpubsub.kept.completed", "Messages completed", status, KeptStatus::completed);
        counter("pgpubsub.kept.redelivered", "Messages that may have been processed before", status, KeptStatus::redelivered);
        counter("pgpubsub.kept.skipped", "Failed messages that count as complete", status, KeptStatus::skipped);
        counter("pgpubsub.kept.parked", "Failed messages set aside", status, KeptStatus::parked);
        counter("pgpubsub.kept.retried", "Deliveries after a failure", status, KeptStatus::retried);
        counter("pgpubsub.kept.missed", "Messages that the group never gets", status, KeptStatus::missed);
        counter("pgpubsub.kept.filtered", "Own messages left out", status, KeptStatus::filtered);
        gauge("pgpubsub.kept.in.hand", "Messages that were read and are not complete", status, KeptStatus::inHand);
        gauge("pgpubsub.kept.reading", "1: this consumer reads for its group, 0: not", status, each -> each.reading() ? 1 : 0);
        gauge("pgpubsub.kept.connected", "1: the connection that reads the log is open, 0: not", status,
                each -> each.connected() ? 1 : 0);
        gauge("pgpubsub.kept.window.seconds", "Age of the window of messages that is being processed", status,
                each -> each.window().toMillis() / 1000.0);
        gauge("pgpubsub.kept.lag", "Messages that the group has not completed; -1: unknown", () -> consumer,
                ManagedKeptConsumer::getLag);
        gauge("pgpubsub.kept.lag.seconds", "Age of the oldest message that the group has not completed; -1: unknown",
                () -> consumer,
                ManagedKeptConsumer::getLagSeconds);
        gauge("pgpubsub.kept.group.parked", "Messages that the group has set aside; -1: unknown", () -> consumer,
                ManagedKeptConsumer::getGroupParked);
    }

    private void bindPublisher(Supplier<PublisherStatus> publisher) {
        counter("pgpubsub.producer.committed", "Notifications committed", publisher, PublisherStatus::committed);
        counter("pgpubsub.producer.failed", "Notifications that were not committed, or whose outcome is unknown", publisher,
                PublisherStatus::failed);
        meters.add(FunctionTimer.builder("pgpubsub.producer.commit", publisher, now -> (long) of(now, PublisherStatus::commits),
                now -> of(now, each -> each.commitTime().toNanos()), TimeUnit.NANOSECONDS)
                .description("Commits of one or more notifications").tags(tags).register(registry));
        gauge("pgpubsub.producer.queued", "Notifications waiting to be sent", publisher, PublisherStatus::queued);
        gauge("pgpubsub.producer.connected", "1: connected, 0: not", publisher, each -> each.connected() ? 1 : 0);
    }

    private void count(String name, String description, Supplier<SubscriptionStatus> status,
            ToDoubleFunction<SubscriptionCounts> value) {
        counter("pgpubsub.consumer." + name, description, status, each -> value.applyAsDouble(each.counts()));
    }

    private <T> void counter(String name, String description, Supplier<T> status, ToDoubleFunction<T> value) {
        meters.add(FunctionCounter.builder(name, status, now -> of(now, value)).description(description).baseUnit("messages")
                .tags(tags)
                .register(registry));
    }

    private <T> void gauge(String name, String description, Supplier<T> status, ToDoubleFunction<T> value) {
        meters.add(Gauge.builder(name, status, now -> of(now, value)).description(description).tags(tags).strongReference(true)
                .register(registry));
    }

    private static SubscriptionCounts counts(Supplier<SubscriptionStatus> status) {
        SubscriptionStatus now = status.get();
        return now == null ? new SubscriptionCounts(0, 0, 0, 0, 0, 0) : now.counts();
    }

    private static <T> double of(Supplier<T> status, ToDoubleFunction<T> value) {
        T now = status.get();
        return now == null ? 0 : value.applyAsDouble(now);
    }

    @Override
    public String toString() {
        return "Meters of " + asked;
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
