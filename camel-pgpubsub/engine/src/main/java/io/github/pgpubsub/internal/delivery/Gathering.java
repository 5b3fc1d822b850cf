package io.github.pgpubsub.internal.delivery;

import java.util.function.LongSupplier;

/**
 * Decides when the messages at the front of a queue make a batch. Until then they stay in the queue: nothing has begun that would
 * have to be finished, given back or marked, no worker holds a message, and whoever withdraws the queue's messages gets these, too.
 * The lock of the queue guards it.
 */
public final class Gathering {

    private final LongSupplier nanoTime;
    /** When the first message came to the front of the queue. Means nothing while the queue is empty. */
    private long since;

    public Gathering() {
        this(System::nanoTime);
    }

    Gathering(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A message is at the front that was not there before: the queue was empty, or a batch was taken. */
    public void begin() {
        since = nanoTime.getAsLong();
    }

    /**
     * How long to wait for more messages, in nanoseconds; 0: these are the batch.
     *
     * @param count    messages at the front that may go together, 1 or more
     * @param complete whether waiting is useless or unwanted: no more can come, or somebody waits for these
     */
    public long remaining(BatchLimit limit, int count, boolean complete) {
        assert count > 0;
        return count >= limit.size() || complete ? 0 : Math.max(0, since + limit.nanos() - nanoTime.getAsLong());
    }
}
