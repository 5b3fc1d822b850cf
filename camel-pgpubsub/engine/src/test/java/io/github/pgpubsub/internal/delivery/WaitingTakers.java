package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.work.PatientTakers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Threads of a test that take from a queue and wait until they find something. */
final class WaitingTakers extends PatientTakers {

    private final DeliveryQueue queue;

    WaitingTakers(DeliveryQueue queue) {
        super(() -> queue.size() > 0);
        this.queue = queue;
        queue.callFor(this);
    }

    /** Nobody waits any longer than it takes to empty the queue. */
    void end() {
        queue.close();
        over();
    }

    /** Null: the end. */
    @Nullable
    List<Entry<Notification>> take(BatchLimit limit) throws InterruptedException {
        return take(() -> queue.take(limit));
    }
}
