package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.SubscriptionCounts;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

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

    SubscriptionCounts counts() {
        return new SubscriptionCounts(received.sum(), filtered.sum(), 0, redelivered.sum(), gaps.sum(), 0);
    }

    /** What it has counted, and how the reading stands. */
    KeptStatus status(int backend, boolean reading, boolean asleep, long epoch, Duration window, int inHand,
            @Nullable String trouble, @Nullable String retentionTrouble) {
        return new KeptStatus(backend != 0, backend, reading, asleep, epoch, window, inHand, completed.sum(), redelivered.sum(),
                skipped.sum(), parked.sum(), retried.sum(), missed.sum(), filtered.sum(), trouble, retentionTrouble);
    }

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
