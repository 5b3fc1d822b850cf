package io.github.pgpubsub.internal.delivery;

import java.time.Duration;

/**
 * How many messages go to the handler at once.
 *
 * @param size  at most so many
 * @param nanos so long the first one waits for the others, from when it came to the front of the queue
 */
public record BatchLimit(int size, long nanos) {

    /** One message at a time. */
    public static final BatchLimit SINGLE = new BatchLimit(1, 0);

    public BatchLimit {
        assert size > 0 && nanos >= 0;
    }

    public static BatchLimit of(int size, Duration timeout) {
        return new BatchLimit(size, timeout.toNanos());
    }
}
