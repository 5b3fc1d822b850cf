package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.SubscriptionStatus;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.DefaultConsumer;

/** Turns messages of a channel into exchanges. */
public class PgPubSubConsumer extends DefaultConsumer implements Suspendable, MessageHandler {

    private final PgPubSubEndpoint endpoint;
    private final PayloadCodec codec;
    private PgPubSub pubSub;
    private volatile Subscription subscription;

    public PgPubSubConsumer(PgPubSubEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.codec = new PayloadCodec(endpoint.getConfiguration());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        subscribe();
        PgPubSubConsumerHealthCheck check = new PgPubSubConsumerHealthCheck(this, getRouteId());
        check.setEnabled(endpoint.getComponent().isHealthCheckConsumerEnabled());
        setHealthCheck(check);
    }

    @Override
    protected void doResume() throws Exception {
        subscribe();
    }

    @Override
    protected void doSuspend() {
        unsubscribe();
    }

    @Override
    protected void doStop() throws Exception {
        unsubscribe();
        super.doStop();
    }

    private void subscribe() throws Exception {
        pubSub = endpoint.retainForListening();
        try {
            subscription = pubSub.subscribe(options(), this);
        } finally {
            if (subscription == null) {
                release();
            }
        }
    }

    private void unsubscribe() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
            release();
        }
    }

    private void release() {
        endpoint.releasePubSub(pubSub);
        pubSub = null;
    }

    private SubscriptionOptions options() {
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        return SubscriptionOptions.to(endpoint.getChannel())
                .name("Route " + getRouteId() + ", channel " + endpoint.getChannel())
                .singleListener(configuration.isSingleListener())
                .group(configuration.getGroup())
                .filtered(configuration.isFiltered())
                .acquireInterval(Duration.ofMillis(configuration.getAcquireInterval()))
                .leaderTimeout(Duration.ofMillis(configuration.getLeaderTimeout()))
                .standbyBuffer(configuration.getStandbyBuffer())
                .queueSize(configuration.getQueueSize())
                .overflow(configuration.getOverflow())
                .memory(endpoint.memory())
                .concurrency(configuration.getConcurrentConsumers())
                .drainTimeout(drainTimeout())
                .build();
    }

    /** A little less than Camel gives, so that what is unfinished then can still be handed over. */
    private Duration drainTimeout() {
        ShutdownStrategy shutdown = endpoint.getCamelContext().getShutdownStrategy();
        return Duration.ofMillis(shutdown.getTimeUnit().toMillis(shutdown.getTimeout()) * 4 / 5);
    }

    /** Whether this consumer is the one that gets messages now. */
    public boolean isReceiving() {
        Subscription current = subscription;
        return current != null && current.isReceiving();
    }

    @Override
    public PgPubSubEndpoint getEndpoint() {
        return endpoint;
    }

    /** How the subscription stands; null: stopped or suspended. */
    SubscriptionStatus status() {
        Subscription current = subscription;
        return current == null ? null : current.status();
    }

    @Override
    public void handle(Message message) {
        if (message.isGap() && !endpoint.getConfiguration().getGapMarker().marks(message.gap())) {
            return;
        }
        Exchange exchange = createExchange(false);
        try {
            exchange.getMessage().setHeader(PgPubSubConstants.CHANNEL, message.channel());
            if (message.isGap()) {
                exchange.getMessage().setHeader(PgPubSubConstants.GAP, message.gap().millis());
            } else {
                exchange.getMessage().setHeader(PgPubSubConstants.PID, message.backend());
                if (message.id() != null) {
                    exchange.getMessage().setHeader(PgPubSubConstants.MESSAGE_ID, message.id().toString());
                }
                if (message.redelivered()) {
                    exchange.getMessage().setHeader(PgPubSubConstants.REDELIVERED, true);
                }
                exchange.getMessage().setBody(codec.decode(message.payload()));
            }
            process(exchange);
        } catch (InterruptedException e) {
            // The exchange belongs to the thread that goes on with it.
            Thread.currentThread().interrupt();
            getExceptionHandler().handleException("The time to stop was up before a message of channel " + message.channel()
                    + " was processed", e);
            return;
        } catch (Exception e) {
            exchange.setException(e);
        }
        try {
            if (exchange.getException() != null) {
                getExceptionHandler().handleException("A message of channel " + message.channel() + " failed", exchange,
                        exchange.getException());
            }
        } finally {
            releaseExchange(exchange, false);
        }
    }

    /** Waits for the end only where the route goes on in another thread. */
    private void process(Exchange exchange) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        if (!getAsyncProcessor().process(exchange, doneSync -> ended.countDown())) {
            ended.await();
        }
    }

    @Override
    public void failed(Exception failure) {
        getExceptionHandler().handleException("Listening to channel " + endpoint.getChannel() + " failed", failure);
    }

    /** The route fails where everybody can see it; an operator, or a supervising route controller, may start it again. */
    @Override
    public void gaveUp(Exception failure) {
        failed(failure);
        String routeId = getRouteId();
        if (routeId != null) {
            try {
                endpoint.getCamelContext().getRouteController().stopRoute(routeId, failure);
            } catch (Exception e) {
                getExceptionHandler().handleException("Stopping route " + routeId + " failed", e);
            }
        }
    }
}
