package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import java.util.concurrent.atomic.LongAdder;

/** What a subscription has counted since its start. Thread-safe. */
final class Tally {

    final LongAdder received = new LongAdder();
    final LongAdder completed = new LongAdder();
    final LongAdder redelivered = new LongAdder();
    final LongAdder skipped = new LongAdder();
    final LongAdder parked = new LongAdder();
    final LongAdder retried = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder missed = new LongAdder();
    final LongAdder filtered = new LongAdder();

    /** A worker begins it. */
    void begins(Delivery<KeptRow> delivery) {
        if (delivery.row() == null) {
            gaps.increment();
            missed.add(delivery.missed());
            return;
        }
        received.increment();
        if (delivery.isRedelivered()) {
            redelivered.increment();
        }
        if (delivery.failures() > 0) {
            retried.increment();
        }
    }
}
