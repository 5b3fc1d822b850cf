package io.github.pgpubsub;

import java.util.concurrent.atomic.LongAdder;

/** What has happened to a subscription so far. Thread-safe. */
final class Counters {

    final LongAdder received = new LongAdder();
    final LongAdder filtered = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder redelivered = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder gapMillis = new LongAdder();

    /** @param millis how long, 0 when nobody can know */
    void gap(long millis) {
        gaps.increment();
        gapMillis.add(millis);
    }

    SubscriptionCounts counts() {
        return new SubscriptionCounts(received.sum(), filtered.sum(), dropped.sum(), redelivered.sum(), gaps.sum(), gapMillis.sum());
    }
}
