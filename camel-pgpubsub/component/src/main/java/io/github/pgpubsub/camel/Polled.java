package io.github.pgpubsub.camel;

import java.util.concurrent.TimeUnit;
import org.apache.camel.support.EventDrivenPollingConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer without a route, of a {@code ConsumerTemplate} or {@code pollEnrich}: messages wait in a queue of Camel's until somebody
 * polls. When nobody does, the consumer listens to nothing until the next poll: to wait on would hold up all that share its session,
 * and the server.
 */
final class Polled {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    private final PgPubSubConsumer consumer;
    private final Listenings listenings;
    private final ConsumerReports reports;
    /** Since when it does not listen because nobody polls; 0: it does. */
    private volatile long unpolledSince;

    Polled(PgPubSubConsumer consumer, Listenings listenings, ConsumerReports reports) {
        this.consumer = consumer;
        this.listenings = listenings;
        this.reports = reports;
    }

    /** Who polls again listens again. */
    void beforePoll() throws Exception {
        long since = unpolledSince;
        if (since != 0 && consumer.isStarted()) {
            listenings.begin();
            unpolledSince = 0;
            long missed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            LOG.warn("Channel {}: is polled again, and has missed what came for {} ms", consumer.getChannel(), missed);
            reports.gap(missed);
        }
    }

    /** Its queue is full and nobody polls. */
    void leave() {
        if (listenings.leave(() -> unpolledSince = System.nanoTime())) {
            LOG.warn(
                    "Channel {}: nobody polls and the queue of the ConsumerTemplate or pollEnrich is full, so it stops listening until it"
                            + " is polled again. What comes until then it misses; in a group another member may receive it. Stop a template that is"
                            + " done, or set pollingConsumerBlockTimeout (milliseconds) and pollingConsumerQueueSize",
                    consumer.getChannel());
        }
    }

    /**
     * What is in Camel's queue was processed as far as its group and this consumer know, so that nobody else has it. Camel clears
     * the queue when it is shut down, without a word.
     */
    void tellLost() {
        int unpolled = consumer.getProcessor() instanceof EventDrivenPollingConsumer polling ? polling.getQueueSize() : 0;
        if (unpolled > 0) {
            LOG.warn(
                    "{}: {} messages were received and never polled by the ConsumerTemplate or pollEnrich that is stopped. They are lost:"
                            + " poll until nothing comes before it is stopped",
                    consumer.name(), unpolled);
            reports.gap(0);
        }
    }
}
