package io.github.pgpubsub.camel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.spi.UnitOfWork;

/** Passes a consumer's exchanges to its route, waits for their ends, and counts them. Called by the subscription's threads. */
final class Exchanges {

    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final PgPubSubConsumer consumer;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicLong finished = new AtomicLong();

    /** Makes an exchange of a message. */
    @FunctionalInterface
    interface Filling {

        void fill(Exchange exchange) throws Exception;
    }

    /** Lets the route process an exchange. */
    @FunctionalInterface
    private interface Passage {

        void process(Exchange exchange) throws InterruptedException;
    }

    Exchanges(PgPubSubConsumer consumer) {
        this.consumer = consumer;
    }

    /** Number of exchanges that the route is processing. */
    int inFlight() {
        return begun.get();
    }

    /** Number of exchanges that have ended, with or without success. */
    long finished() {
        return finished.get();
    }

    /**
     * Passes an exchange to the route and waits for its end, also if the route continues it on another thread.
     *
     * @param filling an exception fails the exchange, which then does not reach the route
     * @param ended   gets the exchange when it has ended; its exception is what Camel's error handler has left
     * @throws InterruptedException when the consumer's end interrupts the wait. The exchange still belongs to the thread that
     *                              continues it
     */
    void pass(Filling filling, Consumer<Exchange> ended) throws InterruptedException {
        pass(filling, this::process, ended);
    }

    /** As {@link #pass}, but all of the route runs on the calling thread: a transaction is bound to it. */
    void passOnThisThread(Filling filling, Consumer<Exchange> ended) throws InterruptedException {
        pass(filling, this::processTransacted, ended);
    }

    private void pass(Filling filling, Passage passage, Consumer<Exchange> ended) throws InterruptedException {
        begun.incrementAndGet();
        try {
            Exchange exchange = consumer.createExchange(false);
            try {
                filling.fill(exchange);
                passage.process(exchange);
            } catch (InterruptedException e) {
                throw e;
            } catch (Throwable e) {
                // Errors too, for example from the class that bodyType names: the next message may still succeed.
                exchange.setException(e);
            }
            ended.accept(exchange);
            consumer.releaseExchange(exchange, false);
            if (!isEnding()) {
                // Clears an interrupt that the route has left behind; only the consumer's end may end this thread.
                Thread.interrupted();
            }
        } finally {
            begun.decrementAndGet();
            finished.incrementAndGet();
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

    /** The unit of work begins here, because a route's own {@code transacted()} would otherwise end the mark with itself. */
    private void processTransacted(Exchange exchange) throws InterruptedException {
        UnitOfWork work;
        try {
            work = consumer.createUoW(exchange);
        } catch (Exception e) {
            exchange.setException(e);
            return;
        }
        work.beginTransactedBy(this);
        try {
            process(exchange);
        } finally {
            work.endTransactedBy(this);
            consumer.doneUoW(exchange);
        }
    }

    /** Waits for something that another thread does. Only the consumer's end interrupts it. */
    void await(CountDownLatch ended) throws InterruptedException {
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

    boolean isEnding() {
        return consumer.isStoppingOrStopped() || consumer.isSuspendingOrSuspended();
    }
}
