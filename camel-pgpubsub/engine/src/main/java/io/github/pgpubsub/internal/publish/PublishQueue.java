package io.github.pgpubsub.internal.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits to be sent, in order. Bounded: who comes when it is full waits for a place. Thread-safe. */
final class PublishQueue {

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition roomMade = lock.newCondition();
    private final Condition closing = lock.newCondition();
    private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>();
    /** Empty but while a batch is put together. */
    private final Set<Outgoing> inBatch = new HashSet<>();
    private boolean closed;

    PublishQueue(int capacity) {
        this.capacity = capacity;
    }

    enum Place {
        TAKEN, FULL, CLOSED
    }

    /** Waits for a place until the deadline of the notification. */
    Place put(Outgoing outgoing) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && waiting.size() >= capacity) {
                long nanos = outgoing.deadline - System.nanoTime();
                if (nanos <= 0) {
                    return Place.FULL;
                }
                roomMade.awaitNanos(nanos);
            }
            if (closed) {
                return Place.CLOSED;
            }
            waiting.add(outgoing);
            if (waiting.size() == 1) {
                arrived.signal();
            }
            return Place.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the first notification; false: the time is up, or the queue is closed and empty. */
    boolean awaitSome(long millis) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (waiting.isEmpty() && !closed && nanos > 0) {
                nanos = arrived.awaitNanos(nanos);
            }
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the longest front part that one transaction may carry: at most so many, and no two equal ones, which the server
     * would fold into one. Called by one thread.
     */
    List<Outgoing> takeBatch(int most) {
        lock.lock();
        try {
            List<Outgoing> batch = new ArrayList<>(Math.min(most, waiting.size()));
            while (batch.size() < most && !waiting.isEmpty()) {
                if (!inBatch.add(waiting.peek())) {
                    break;
                }
                Outgoing next = waiting.remove();
                if (next.send()) {
                    batch.add(next);
                }
            }
            roomMade.signalAll();
            return batch;
        } finally {
            inBatch.clear();
            lock.unlock();
        }
    }

    /** Takes out those whose deadline has passed. */
    List<Outgoing> takeOverdue(long now) {
        lock.lock();
        try {
            List<Outgoing> overdue = new ArrayList<>();
            waiting.removeIf(outgoing -> {
                boolean late = outgoing.deadline - now <= 0;
                if (late) {
                    overdue.add(outgoing);
                }
                return late;
            });
            if (!overdue.isEmpty()) {
                roomMade.signalAll();
            }
            return overdue;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is taken in any more; what waits can still be taken out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
            roomMade.signalAll();
            closing.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the queue is closed or the time is up. */
    void awaitClose(long millis) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!closed && nanos > 0) {
                nanos = closing.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    List<Outgoing> takeAll() {
        lock.lock();
        try {
            List<Outgoing> all = List.copyOf(waiting);
            waiting.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }
}
