package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.work.Takers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Threads of a test that take from a queue and, unlike workers, wait until they find something. */
final class WaitingWorkers implements Takers {

    private static final long NEVER = Long.MAX_VALUE;

    private final WorkQueue queue;
    private long calls;
    private long alarm = NEVER;
    private boolean over;

    WaitingWorkers(WorkQueue queue) {
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

    /** Closes the queue, too. */
    void end() {
        queue.close();
        synchronized (this) {
            over = true;
            notifyAll();
        }
    }

    /** Null: the end. */
    @Nullable
    List<Delivery<KeptRow>> take() throws InterruptedException {
        while (true) {
            long seen = calls();
            List<Delivery<KeptRow>> batch = queue.take();
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
            if (alarm == NEVER) {
                wait();
            } else if (alarm - System.nanoTime() > 0) {
                wait(1 + TimeUnit.NANOSECONDS.toMillis(alarm - System.nanoTime()));
            } else {
                alarm = NEVER;
                return true;
            }
        }
        return !over;
    }
}
