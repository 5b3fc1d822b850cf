package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages that no worker has begun. A message is either taken by a worker or withdrawn by the reading thread, never both. Its bound is
 * the reader's: {@code ReadOptions.rows}. Thread-safe.
 */
final class WorkQueue {

    /** How often a worker checks again whether it may begin. */
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final BooleanSupplier mayBegin;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Delivery<KeptRow>> waiting = new ArrayDeque<>();
    private boolean held;
    private int begun;
    private volatile int size;
    private boolean closed;

    /** @param mayBegin asked under the lock before a message is taken; must not block */
    WorkQueue(BooleanSupplier mayBegin) {
        this.mayBegin = mayBegin;
    }

    /** In order. */
    void put(List<Delivery<KeptRow>> deliveries) {
        lock.lock();
        try {
            waiting.addAll(deliveries);
            size = waiting.size();
            if (deliveries.size() == 1) {
                changed.signal();
            } else {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether no message may begin for the moment. */
    void hold(boolean value) {
        lock.lock();
        try {
            held = value;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a worker handles a message. */
    boolean isAnyBegun() {
        lock.lock();
        try {
            return begun > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Number of waiting messages. Takes no lock. */
    int size() {
        return size;
    }

    /** Waits for a message; null: the queue is closed. {@link #finished} follows. */
    @Nullable
    Delivery<KeptRow> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                if (waiting.isEmpty() || held) {
                    changed.await();
                } else if (mayBegin.getAsBoolean()) {
                    size = waiting.size() - 1;
                    begun++;
                    return waiting.remove();
                } else {
                    // Nothing signals it; the reader soon withdraws the message if the lead is lost for longer.
                    long unused = changed.awaitNanos(CHECK_NANOS);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** A worker has handled what it took. */
    void finished() {
        lock.lock();
        try {
            begun--;
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything back, in order. */
    List<Delivery<KeptRow>> withdraw() {
        lock.lock();
        try {
            List<Delivery<KeptRow>> all = new ArrayList<>(waiting);
            waiting.clear();
            size = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
