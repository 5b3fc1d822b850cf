package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.PollingConsumer;

/** Makes an exchange of each message, hands it to the route and waits for its end. Called by the subscription's threads. */
final class RouteHandler implements MessageHandler {

    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final PgPubSubConsumer consumer;
    private final PayloadCodec codec;
    private final ConsumerReports reports;
    private final Runnable unpolled;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicLong finished = new AtomicLong();

    /** @param unpolled runs when nobody has polled for so long that Camel gave a message up */
    RouteHandler(PgPubSubConsumer consumer, ConsumerReports reports, Runnable unpolled) {
        this.consumer = consumer;
        this.codec = new PayloadCodec(consumer.getEndpoint().getConfiguration());
        this.reports = reports;
        this.unpolled = unpolled;
    }

    /** Exchanges that are with the route. */
    int inFlight() {
        return begun.get();
    }

    /** Exchanges that have ended, well or not. */
    long finished() {
        return finished.get();
    }

    @Override
    public void handle(Message message) {
        if (message instanceof Message.Gap gap && !isWanted(gap)) {
            return;
        }
        begun.incrementAndGet();
        try {
            handleAsExchange(message);
        } finally {
            begun.decrementAndGet();
            finished.incrementAndGet();
        }
    }

    private boolean isWanted(Message.Gap gap) {
        if (!gap.first()) {
            reports.gap(gap.missed().toMillis());
        }
        return consumer.getEndpoint().getConfiguration().getGapMarker().marks(gap);
    }

    private void handleAsExchange(Message message) {
        Exchange exchange = consumer.createExchange(false);
        try {
            exchange.setIn(new PgPubSubMessage(consumer.getEndpoint().getCamelContext(), message));
            if (message instanceof Message.Notification notification) {
                exchange.getIn().setBody(codec.decode(notification.payload()));
            }
            process(exchange);
        } catch (InterruptedException e) {
            // The exchange belongs to the thread that goes on with it.
            reports.report("The time to stop was up before a message of channel " + message.channel() + " was processed", null,
                    e);
            Thread.currentThread().interrupt();
            return;
        } catch (Throwable e) {
            // An Error too: of the class that bodyType names, say. The next message may do.
            exchange.setException(e);
        }
        boolean nobodyPolled = consumer.getProcessor() instanceof PollingConsumer
                && exchange.getException() instanceof ExchangeTimedOutException;
        if (exchange.getException() != null) {
            reports.report("A message of channel " + message.channel() + " failed", exchange, exchange.getException());
        }
        consumer.releaseExchange(exchange, false);
        if (nobodyPolled) {
            unpolled.run();
        }
        if (!isEnding()) {
            // Left behind by the route; what ends the thread is the end of the consumer.
            Thread.interrupted();
        }
    }

    /**
     * Waits for the end only where the route goes on in another thread. An interrupt that the route leaves behind is not meant
     * for this wait, one that comes during the wait is.
     */
    private void process(Exchange exchange) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        if (!consumer.getAsyncProcessor().process(exchange, doneSync -> ended.countDown())) {
            Thread.interrupted();
            await(ended);
        }
    }

    private void await(CountDownLatch ended) throws InterruptedException {
        while (true) {
            try {
                ended.await();
                return;
            } catch (InterruptedException e) {
                if (isEnding()) {
                    throw e;
                }
                // Left behind by the part of the route that ran in this thread.
            } catch (OutOfMemoryError e) {
                // To wait takes memory. The exchange is in other hands all the same.
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    private boolean isEnding() {
        return consumer.isStoppingOrStopped() || consumer.isSuspendingOrSuspended();
    }
}
