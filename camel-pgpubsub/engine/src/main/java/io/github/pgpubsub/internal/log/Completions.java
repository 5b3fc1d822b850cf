package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What workers have completed and the reading thread has not heard of. To wake that thread for each message would cost more than the
 * message, so it is woken when the workers have nothing more to do or when many are complete. It looks by itself every 20 ms.
 */
final class Completions {

    /** So many are worth waking the reading thread for. */
    private static final int MANY = 64;

    private final WorkQueue queue;
    private final boolean together;
    private final Queue<Delivery<KeptRow>> complete = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean announced = new AtomicBoolean();

    /** @param together false: the reading thread is to hear of each message at once, because the place moves with it */
    Completions(WorkQueue queue, boolean together) {
        this.queue = queue;
        this.together = together;
    }

    /** True: the reading thread is to be told. Called by workers. */
    boolean add(List<Delivery<KeptRow>> batch) {
        complete.addAll(batch);
        boolean worth = count.addAndGet(batch.size()) >= MANY || !together || queue.size() == 0;
        return worth && !announced.get() && announced.compareAndSet(false, true);
    }

    /** Called by the reading thread. */
    void drain(Consumer<Delivery<KeptRow>> each) {
        // Before looking: what is added from here on is announced again.
        announced.set(false);
        for (Delivery<KeptRow> next = complete.poll(); next != null; next = complete.poll()) {
            count.decrementAndGet();
            each.accept(next);
        }
    }
}
