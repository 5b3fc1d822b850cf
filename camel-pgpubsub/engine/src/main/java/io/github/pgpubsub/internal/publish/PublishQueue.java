package io.github.pgpubsub.internal.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Notifications that wait to be sent, in order. Bounded: a sender that comes when it is full waits for a place. Closed, it takes
 * nothing in, and what waits can still be taken out. Thread-safe; one lock guards everything.
 */
final class PublishQueue<T extends Outgoing> {

    private final int capacity;
    private final long maxWeight;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition roomMade = lock.newCondition();
    private final Condition closing = lock.newCondition();
    /** As large as it gets: one that has no memory to grow forgets all that it holds. */
    private final ArrayDeque<T> waiting;
    private long weight;
    /** Empty but while a batch is put together. */
    private final Set<T> inBatch = new HashSet<>();
    /** Written with the lock held. */
    private volatile boolean closed;

    /** What has become of a notification that was to be queued. */
    enum Admission {
        TAKEN,
        /** No place was made until its deadline. */
        FULL, CLOSED
    }

    /**
     * @param capacity  messages that may wait, 1 or more
     * @param maxWeight memory that they may take, bytes; an empty queue always takes one
     */
    PublishQueue(int capacity, long maxWeight) {
        this.capacity = capacity;
        this.maxWeight = maxWeight;
        this.waiting = new ArrayDeque<>(capacity);
    }

    int capacity() {
        return capacity;
    }

    /** Waits for a place until the deadline of the notification. */
    Admission put(T outgoing) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && !hasRoomFor(outgoing)) {
                long nanos = outgoing.deadline - System.nanoTime();
                if (nanos <= 0) {
                    return Admission.FULL;
                }
                roomMade.awaitNanos(nanos);
            }
            if (closed) {
                return Admission.CLOSED;
            }
            // First what may fail for want of memory: what is in the queue has been taken.
            if (waiting.isEmpty()) {
                arrived.signal();
            }
            waiting.add(outgoing);
            weight += outgoing.weight();
            assert waiting.size() <= capacity;
            return Admission.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoomFor(T outgoing) {
        return waiting.isEmpty() || (waiting.size() < capacity && weight + outgoing.weight() <= maxWeight);
    }

    /** Waits for the first notification; one thread at a time. False: the time is up, or the queue is closed and empty. */
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
     * would fold into one. Those whose senders have given up are left out.
     *
     * @param most       1 or more
     * @param mostWeight what they weigh together at most, but one is always taken
     */
    List<T> takeBatch(int most, long mostWeight) {
        lock.lock();
        try {
            assert inBatch.isEmpty();
            List<T> batch = new ArrayList<>(Math.min(most, waiting.size()));
            long room = mostWeight;
            while (batch.size() < most && !waiting.isEmpty() && (batch.isEmpty() || waiting.peek().weight() <= room)
                    && isNew(waiting.peek(), batch)) {
                T next = waiting.remove();
                weight -= next.weight();
                room -= next.weight();
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

    private boolean isNew(T next, List<T> batch) {
        try {
            return inBatch.add(next);
        } catch (OutOfMemoryError e) {
            if (batch.isEmpty()) {
                throw e;
            }
            // Those that are in it are nowhere else.
            return false;
        }
    }

    /** Those whose deadline has passed. They stay until somebody has told them and calls {@link #removeEnded}. */
    List<T> overdue(long now) {
        lock.lock();
        try {
            List<T> overdue = new ArrayList<>();
            for (T outgoing : waiting) {
                if (outgoing.deadline - now <= 0) {
                    overdue.add(outgoing);
                }
            }
            return overdue;
        } finally {
            lock.unlock();
        }
    }

    /** Takes out those whose outcome is known. */
    void removeEnded() {
        lock.lock();
        try {
            waiting.removeIf(each -> {
                weight -= each.isEnded() ? each.weight() : 0;
                return each.isEnded();
            });
            roomMade.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is taken in any more, and nobody waits here any more. */
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

    boolean isClosed() {
        return closed;
    }

    /** Whether it is closed and nothing waits: it stays so. */
    boolean isDrained() {
        if (!closed) {
            return false;
        }
        lock.lock();
        try {
            return waiting.isEmpty();
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

    /** What waits. It stays until somebody has told it and calls {@link #removeEnded}. */
    List<T> all() {
        lock.lock();
        try {
            return List.copyOf(waiting);
        } finally {
            lock.unlock();
        }
    }
}
