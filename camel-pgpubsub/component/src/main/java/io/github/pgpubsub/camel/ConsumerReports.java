package io.github.pgpubsub.camel;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.RoleChange;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.spi.RouteController;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports a consumer's failures to its exception handler and its events to the context's notifiers, and fails the route when the
 * subscription gives up. Thread-safe; throws nothing.
 */
final class ConsumerReports implements SubscriptionListener {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    private final PgPubSubConsumer consumer;
    /** Members with shards hear of each connection several times. */
    private final AtomicBoolean connected = new AtomicBoolean();
    /** Held while Connected is told, so that no other thread tells what follows before. */
    private final ReentrantLock telling = new ReentrantLock();

    ConsumerReports(PgPubSubConsumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public void failed(Exception failure) {
        report("Listening to channel " + consumer.getChannel() + " failed", null, failure);
    }

    /**
     * Calls the exception handler. Catches what the handler throws, because that must not end the reporting thread.
     *
     * @param exchange the failed exchange, or null
     */
    void report(String message, @Nullable Exchange exchange, Throwable failure) {
        try {
            consumer.getExceptionHandler().handleException(message, exchange, failure);
        } catch (Throwable e) {
            LOG.error("{}, and the exception handler failed as well", message, e);
        }
    }

    @Override
    public void roleChanged(RoleChange change) {
        if (change.to() == Role.DISCONNECTED) {
            disconnected();
        } else if (change.to() != Role.STOPPED) {
            connected();
        }
        tell(new PgPubSubEvent.RoleChanged(consumer, consumer.getRouteId(), consumer.getChannel(), change));
        if (change.to() == Role.LEADER && change.from() != Role.LEADER) {
            tell(new PgPubSubEvent.Listening(consumer, consumer.getRouteId(), consumer.getChannel()));
        }
    }

    /** The consumer has a subscription. One that joins a member of its context finds it connected. */
    void begun(Subscription subscription) {
        SubscriptionStatus status = subscription.status();
        if (status.connected()) {
            connected();
        }
    }

    /** The consumer's subscription has ended, so the next one tells its connection anew. */
    void ended() {
        connected.set(false);
    }

    private void connected() {
        telling.lock();
        try {
            if (connected.compareAndSet(false, true)) {
                tell(new PgPubSubEvent.Connected(consumer, consumer.getRouteId(), consumer.getChannel()));
            }
        } finally {
            telling.unlock();
        }
    }

    @Override
    public void disconnected() {
        if (connected.compareAndSet(true, false)) {
            tell(new PgPubSubEvent.Lost(consumer, consumer.getRouteId(), consumer.getChannel()));
        }
    }

    @Override
    public void listening() {
        connected();
        tell(new PgPubSubEvent.Listening(consumer, consumer.getRouteId(), consumer.getChannel()));
    }

    @Override
    public void reconnected(Duration lost) {
        connected();
        tell(new PgPubSubEvent.Reconnected(consumer, consumer.getRouteId(), consumer.getChannel(), lost));
    }

    /** @param missed length of the gap in milliseconds; 0: unknown */
    void gap(long missed) {
        tell(new PgPubSubEvent.Gap(consumer, consumer.getRouteId(), consumer.getChannel(), missed));
    }

    void tell(PgPubSubEvent event) {
        try {
            event.setTimestamp(System.currentTimeMillis());
            consumer.getEndpoint().getCamelContext().getManagementStrategy().notify(event);
        } catch (Throwable e) {
            report("An event could not be delivered: " + event, null, e);
        }
    }

    /**
     * Stops the route as failed, which health checks and JMX show. An operator may start it again. A supervising route controller
     * does not restart stopped routes, so it is asked to start this one.
     */
    @Override
    public void gaveUp(Exception failure) {
        failed(failure);
        Route route = consumer.getRoute();
        if (route != null) {
            boolean supervised = route.getRouteController() != null;
            RouteController routes = consumer.getEndpoint().getCamelContext().getRouteController();
            try {
                routes.stopRoute(route.getRouteId(), failure);
                if (supervised) {
                    routes.startRoute(route.getRouteId());
                }
            } catch (Exception e) {
                // A supervising controller throws, too, but tries again later.
                report("Route " + route.getRouteId() + " can't continue", null, e);
            }
        } else {
            consumer.gaveUp();
        }
    }
}
