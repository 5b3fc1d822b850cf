package io.github.pgpubsub.camel.picture;

import io.github.pgpubsub.camel.management.ManagedComponent;
import io.github.pgpubsub.camel.management.ManagedConsumer;
import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.status.PublisherStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the consumers of a context when somebody asks, at most once a second, however many ask: the server's work does not grow with
 * the number of browsers. Between looks it hears the consumers' events. Thread-safe.
 */
final class Observer extends SimpleEventNotifierSupport {

    /** A picture is given out again for this long. */
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(900);
    /** After this time no further consumer's group is asked for, so that a slow server delays a picture by a bounded time. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final CamelContext context;
    private final LongSupplier nanoTime;
    private final Map<ManagedConsumer, Observed> consumers = new ConcurrentHashMap<>();
    private final Rate sent = new Rate();
    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable Picture last;
    private volatile long lastAt;

    Observer(CamelContext context, LongSupplier nanoTime) {
        this.context = context;
        this.nanoTime = nanoTime;
    }

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof PgPubSubEvent ours && ours.getSource() instanceof ManagedConsumer consumer) {
            observed(consumer).note(ours);
        }
    }

    /** Forgets consumers that have stopped, too, when there is a new one: nobody may ever look. */
    private Observed observed(ManagedConsumer consumer) {
        if (!consumers.containsKey(consumer)) {
            consumers.keySet().retainAll(of(ManagedComponent.of(context)).toList());
        }
        return consumers.computeIfAbsent(consumer, Observed::new);
    }

    private static Stream<ManagedConsumer> of(List<ManagedComponent> components) {
        return components.stream().map(ManagedComponent::consumers).flatMap(Collection::stream);
    }

    /**
     * The picture now, or the one of a moment ago: while another thread looks, this one does not wait if there is an earlier picture.
     * May wait for the server, a few seconds at most.
     *
     * @param components those that are shown
     */
    Picture look(List<ManagedComponent> components) {
        Picture known = last;
        if (known != null && (nanoTime.getAsLong() - lastAt < FRESH_NANOS || looking.isLocked())) {
            return known;
        }
        looking.lock();
        try {
            known = last;
            if (known == null || nanoTime.getAsLong() - lastAt >= FRESH_NANOS) {
                known = take(components);
                last = known;
                lastAt = nanoTime.getAsLong();
            }
            return known;
        } finally {
            looking.unlock();
        }
    }

    private Picture take(List<ManagedComponent> components) {
        long begun = nanoTime.getAsLong();
        List<ManagedConsumer> present = of(components)
                .sorted(Comparator.comparing(ManagedConsumer::getChannel).thenComparing(ManagedConsumer::getGroup)
                        .thenComparing(each -> String.valueOf(each.getRouteId())))
                .toList();
        List<Picture.Consumer> views = new ArrayList<>();
        for (ManagedConsumer each : present) {
            long now = nanoTime.getAsLong();
            views.add(observed(each).look(now, now - begun < PATIENCE_NANOS));
        }
        List<PublisherStatus> publishers = components.stream().flatMap(each -> each.publishers().values().stream()).toList();
        long committed = publishers.stream().mapToLong(PublisherStatus::committed).sum();
        sent.note(begun, committed);
        return new Picture(context.getName(), Instant.now(), committed, sent.perSecond(),
                publishers.stream().mapToLong(PublisherStatus::failed).sum(), List.copyOf(views));
    }
}
