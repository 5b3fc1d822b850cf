package io.github.pgpubsub.internal.publish;

import java.util.List;

/**
 * The batch that the server has, or is about to get, and has not confirmed; and the counts of the commits. Written by the thread that
 * owns the connection, read by any.
 */
final class InFlight<T extends Outgoing> {

    private volatile List<T> batch = List.of();
    private volatile CommitCounts counts = CommitCounts.NONE;

    List<T> batch() {
        return batch;
    }

    boolean isEmpty() {
        return batch.isEmpty();
    }

    void set(List<T> another) {
        batch = another;
    }

    CommitCounts counts() {
        return counts;
    }

    /** Counts one more commit. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void count(int size, long nanos) {
        counts = counts.plus(size, nanos);
    }
}
