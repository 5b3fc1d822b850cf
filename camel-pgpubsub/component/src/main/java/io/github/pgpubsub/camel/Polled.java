package io.github.pgpubsub.camel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.support.EventDrivenPollingConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer without a route, of a {@code ConsumerTemplate} or {@code pollEnrich}. Messages wait in a queue of Camel's for a
 * poll. If the queue is full and nobody polls, the consumer stops listening until the next poll: otherwise it would block all
 * users of its session, and the server's queue.
 */
final class Polled {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    private final PgPubSubConsumer consumer;
    private final Listenings listenings;
    private final ConsumerReports reports;
    /** When listening stopped because nobody polled, as nanoTime; 0: the consumer listens. */
    private final AtomicLong unpolledSince = new AtomicLong();

    Polled(PgPubSubConsumer consumer, Listenings listenings, ConsumerReports reports) {
        this.consumer = consumer;
        this.listenings = listenings;
        this.reports = reports;
    }

    /** Listens again if polls had ceased. Several threads may poll: one begins, and the others wait for it. */
    synchronized void beforePoll() throws Exception {
        long since = unpolledSince.get();
        if (since != 0 && consumer.isStarted()) {
            listenings.begin();
            if (listenings.subscription() == null || !unpolledSince.compareAndSet(since, 0)) {
                // Meanwhile it has stopped listening again.
                return;
            }
            long missed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            LOG.warn("Channel {}: polled again after {} ms; messages sent meanwhile were missed", consumer.getChannel(), missed);
            if (!consumer.tellsGaps()) {
                reports.gap(missed);
            }
        }
    }

    /** The session does not try to connect any more: the next poll tries again. */
    void gaveUp() {
        leaveUntilPolled();
    }

    private boolean leaveUntilPolled() {
        return listenings.leave(() -> unpolledSince.set(System.nanoTime()));
    }

    /** Called when the queue is full and nobody polls. */
    void leave() {
        if (leaveUntilPolled()) {
            LOG.warn(
                    "Channel {}: nobody polls and the queue of the ConsumerTemplate or pollEnrich is full, so it stops listening until it"
                            + " is polled again. It misses the messages sent until then; in a group another member may receive them. Stop a"
                            + " template that is no longer used, or set pollingConsumerBlockTimeout (milliseconds) and pollingConsumerQueueSize",
                    consumer.getChannel());
        }
    }

    /**
     * Reports the messages that are lost with Camel's queue. They count as processed, so no other member receives them. At
     * shutdown Camel silently clears the queue.
     */
    void tellLost() {
        int unpolled = consumer.getProcessor() instanceof EventDrivenPollingConsumer polling ? polling.getQueueSize() : 0;
        if (unpolled > 0) {
            LOG.warn(
                    "{}: {} messages were received and never polled by the ConsumerTemplate or pollEnrich that is stopped. They are lost:"
                            + " before stopping, poll until no message comes",
                    consumer.name(), unpolled);
            reports.gap(0);
        }
    }
}
