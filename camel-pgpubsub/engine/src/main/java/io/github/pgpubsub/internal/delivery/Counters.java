package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.status.SubscriptionCounts;
import java.util.concurrent.atomic.LongAdder;

/** The counts of a subscription since its start. Thread-safe. */
public final class Counters {

    final LongAdder received = new LongAdder();
    public final LongAdder filtered = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder redelivered = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder gapMillis = new LongAdder();

    /** @param millis length of the gap; 0: unknown */
    public void gap(long millis) {
        gaps.increment();
        gapMillis.add(millis);
    }

    public SubscriptionCounts counts() {
        return new SubscriptionCounts(received.sum(), filtered.sum(), dropped.sum(), redelivered.sum(), gaps.sum(),
                gapMillis.sum());
    }
}
