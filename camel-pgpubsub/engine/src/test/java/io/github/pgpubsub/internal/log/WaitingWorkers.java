package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.work.PatientTakers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Threads of a test that take from a queue and wait until they find something. */
final class WaitingWorkers extends PatientTakers {

    private final WorkQueue queue;

    WaitingWorkers(WorkQueue queue) {
        super(() -> false);
        this.queue = queue;
        queue.callFor(this);
    }

    /** Closes the queue, too. */
    void end() {
        queue.close();
        over();
    }

    /** Null: the end. */
    @Nullable
    List<Delivery<KeptRow>> take() throws InterruptedException {
        return take(queue::take);
    }
}
