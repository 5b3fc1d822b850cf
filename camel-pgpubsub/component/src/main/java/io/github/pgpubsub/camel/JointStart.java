package io.github.pgpubsub.camel;

import io.github.pgpubsub.Subscription;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Ordered;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.StartupListener;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Lets the consumers that start with their context wait for the server together: Camel starts one route after the other, and with a
 * thousand of them the round trips of each add up. The wait ends before anything else can send: before a consumer of another kind
 * starts, and before Camel tells other listeners, such as timers, that the routes have started. A route with a startup order of its own
 * waits by itself. Thread-safe.
 */
final class JointStart extends LifecycleStrategySupport implements StartupListener, Ordered {

    /** How long to wait for the next one; afterwards the starts continue in the background. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final CamelContext context;
    private final Queue<Subscription> begun = new ConcurrentLinkedQueue<>();

    JointStart(CamelContext context) {
        this.context = context;
        context.addLifecycleStrategy(this);
    }

    /** Whether this consumer's start shall be awaited here. */
    boolean includes(PgPubSubConsumer consumer) {
        Route route = consumer.getRoute();
        return context.isStarting() && route != null && route.getStartupOrder() == null;
    }

    /** Takes over the wait for a subscription that was made without one. */
    void await(Subscription subscription) throws Exception {
        boolean first = begun.isEmpty();
        begun.add(subscription);
        if (first) {
            context.addStartupListener(this);
        }
    }

    @Override
    public void onServiceAdd(CamelContext ofService, Service service, Route route) {
        boolean sends = service instanceof Consumer
                && (!(service instanceof PgPubSubConsumer plain) || plain instanceof PgPubSubKeptConsumer || !includes(plain));
        if (sends) {
            awaitAll();
        }
    }

    @Override
    public void onCamelContextStarted(CamelContext started, boolean alreadyStarted) {
        awaitAll();
    }

    /** Before other listeners. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST;
    }

    private void awaitAll() {
        boolean progress = true;
        for (Subscription each = begun.poll(); each != null && progress; each = begun.poll()) {
            try {
                progress = each.awaitStart(LONGEST);
            } catch (InterruptedException e) {
                progress = false;
                Thread.currentThread().interrupt();
            }
        }
        begun.clear();
    }
}
