package io.github.pgpubsub.camel;

import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.spi.RouteController;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a consumer tells the rest of Camel: failures go to its exception handler, events to the context's notifiers, and when its
 * subscription gives up the route fails. Any thread calls it; it throws nothing.
 */
final class ConsumerReports implements SubscriptionListener {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    private final PgPubSubConsumer consumer;

    ConsumerReports(PgPubSubConsumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public void failed(Exception failure) {
        report("Listening to channel " + consumer.getChannel() + " failed", null, failure);
    }

    /**
     * Tells the exception handler. One that throws must not end the thread that reports.
     *
     * @param exchange null: it is about none
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
        tell(new PgPubSubEvent.RoleChanged(consumer, consumer.getRouteId(), consumer.getChannel(), change));
    }

    @Override
    public void reconnected(Duration lost) {
        tell(new PgPubSubEvent.Reconnected(consumer, consumer.getRouteId(), consumer.getChannel(), lost));
    }

    /** @param missed milliseconds, 0: nobody can know */
    void gap(long missed) {
        tell(new PgPubSubEvent.Gap(consumer, consumer.getRouteId(), consumer.getChannel(), missed));
    }

    private void tell(PgPubSubEvent event) {
        try {
            event.setTimestamp(System.currentTimeMillis());
            consumer.getEndpoint().getCamelContext().getManagementStrategy().notify(event);
        } catch (Throwable e) {
            report("An event could not be told: " + event, null, e);
        }
    }

    /**
     * The route fails where everybody can see it. An operator may start it again; a supervising route controller, which leaves
     * alone what was stopped, is asked to.
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
                // From a supervisor it means that it will try again.
                report("Route " + route.getRouteId() + " can't go on", null, e);
            }
        }
    }
}
