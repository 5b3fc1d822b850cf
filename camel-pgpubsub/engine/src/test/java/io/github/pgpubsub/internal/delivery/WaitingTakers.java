package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.work.Takers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Threads of a test that take from a queue and, unlike workers, wait until they find something. */
final class WaitingTakers implements Takers {

    private final DeliveryQueue queue;
    private long calls;
    private long alarm = Long.MAX_VALUE;
    private boolean over;

    WaitingTakers(DeliveryQueue queue) {
        this.queue = queue;
        queue.callFor(this);
    }

    @Override
    public synchronized void call(int pieces) {
        calls++;
        notifyAll();
    }

    @Override
    public synchronized void callIn(long nanos) {
        alarm = Math.min(alarm, System.nanoTime() + nanos);
        notifyAll();
    }

    /** Nobody waits any longer than it takes to empty the queue. */
    void end() {
        queue.close();
        synchronized (this) {
            over = true;
            notifyAll();
        }
    }

    /** Null: the end. */
    @Nullable
    List<Entry<Notification>> take(BatchLimit limit) throws InterruptedException {
        while (true) {
            long seen = calls();
            List<Entry<Notification>> batch = queue.take(limit);
            if (batch != null || !awaitCall(seen)) {
                return batch;
            }
        }
    }

    private synchronized long calls() {
        return calls;
    }

    private synchronized boolean awaitCall(long seen) throws InterruptedException {
        while (calls == seen && !over) {
            if (alarm == Long.MAX_VALUE) {
                wait();
            } else if (alarm - System.nanoTime() > 0) {
                wait(1 + TimeUnit.NANOSECONDS.toMillis(alarm - System.nanoTime()));
            } else {
                alarm = Long.MAX_VALUE;
                return true;
            }
        }
        return calls != seen || queue.size() > 0;
    }
}
