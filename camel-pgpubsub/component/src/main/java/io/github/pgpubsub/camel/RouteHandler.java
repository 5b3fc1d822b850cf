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

/** Turns each message into an exchange, passes it to the route, and waits for its end. Called by the subscription's threads. */
final class RouteHandler implements MessageHandler {

    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final PgPubSubConsumer consumer;
    private final PayloadCodec codec;
    private final ConsumerReports reports;
    private final Runnable unpolled;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicLong finished = new AtomicLong();

    /** @param unpolled runs when Camel has discarded a message because nobody polled in time */
    RouteHandler(PgPubSubConsumer consumer, ConsumerReports reports, Runnable unpolled) {
        this.consumer = consumer;
        this.codec = new PayloadCodec(consumer.getEndpoint().getConfiguration());
        this.reports = reports;
        this.unpolled = unpolled;
    }

    /** Number of exchanges that the route is processing. */
    int inFlight() {
        return begun.get();
    }

    /** Number of exchanges that have ended, with or without success. */
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
            // The exchange still belongs to the thread that continues it, so it is neither failed nor released here.
            reports.report("The shutdown timeout ended before a message of channel " + message.channel() + " was processed", null,
                    e);
            Thread.currentThread().interrupt();
            return;
        } catch (Throwable e) {
            // Errors too, for example from the class that bodyType names: the next message may still succeed.
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
            // Clears an interrupt that the route has left behind; only the consumer's end may end this thread.
            Thread.interrupted();
        }
    }

    /**
     * Waits for the exchange's end if the route continues it on another thread. Clears an interrupt that the route has left
     * behind before the wait; an interrupt during the wait counts.
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
                // A late interrupt from the part of the route that ran on this thread.
            } catch (OutOfMemoryError e) {
                // Waiting allocates memory. The exchange continues regardless.
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    private boolean isEnding() {
        return consumer.isStoppingOrStopped() || consumer.isSuspendingOrSuspended();
    }
}
