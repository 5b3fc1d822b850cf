package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.internal.Survival;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait to be sent, in order. Bounded: while it is full, a sender waits for room. Once closed, it accepts nothing, and
 * the waiting messages can still be taken out. Thread-safe; one lock guards everything.
 */
final class PublishQueue<T extends Outgoing> {

    /** After several senders have met, so many of the next ones do not commit themselves: a shared commit is cheaper. */
    private static final int COMPANY = 32;

    private final int capacity;
    private final long maxWeight;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition roomMade = lock.newCondition();
    private final Condition closing = lock.newCondition();
    /** Created with its full size, because an ArrayDeque that fails to grow for lack of memory loses its elements. */
    private final ArrayDeque<T> waiting;
    private long weight;
    /** Written under the lock. */
    private volatile boolean closed;
    /** Whether the publisher's thread waits in {@link #awaitSome} and leaves the connection to whoever leads. */
    private volatile boolean away;
    /** Whether the publisher's thread returns from {@link #awaitSome} as soon as nobody leads. */
    private boolean returning;
    /** Whether the publisher's thread is to return from {@link #awaitSome} although nothing waits. */
    private boolean wanted;
    /** How many more senders may not lead; see {@link #COMPANY}. */
    private int company;
    /** The thread of the sender that leads; null: none. Written under the lock. */
    private volatile @Nullable Thread leader;

    /**
     * @param capacity  maximum number of waiting messages, 1 or more
     * @param maxBatch  maximum number of messages that come back, see {@link #putBack}
     * @param maxWeight maximum memory of waiting messages, bytes; an empty queue always accepts one
     */
    PublishQueue(int capacity, int maxBatch, long maxWeight) {
        this.capacity = capacity;
        this.maxWeight = maxWeight;
        this.waiting = new ArrayDeque<>(capacity + maxBatch);
    }

    int capacity() {
        return capacity;
    }

    /**
     * Waits for room until the deadline of the message.
     *
     * @param mayLead whether the caller can commit the message itself
     */
    Admission put(T outgoing, boolean mayLead) throws InterruptedException {
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
            // The signal first, because it may fail for lack of memory: a notification in the queue counts as taken.
            boolean leads = mayLead && away && !returning && !wanted && waiting.isEmpty() && leader == null
                    && (company == 0 || --company < 0);
            if (waiting.isEmpty() && leader == null && !leads) {
                arrived.signal();
            }
            waiting.add(outgoing);
            weight += outgoing.weight();
            assert waiting.size() <= capacity;
            if (leads) {
                leader = Thread.currentThread();
            }
            return leads ? Admission.LEADS : Admission.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoomFor(T outgoing) {
        return waiting.isEmpty() || (waiting.size() < capacity && weight + outgoing.weight() <= maxWeight);
    }

    /**
     * Waits for the first message that no sender commits itself; for the publisher's thread. Meanwhile senders may lead; when this
     * returns or throws, nobody leads. False if the time is up, a leading sender has left a failure, or the queue is closed and empty.
     */
    boolean awaitSome(long millis) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            away = true;
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (nanos > 0 && (leader != null || (waiting.isEmpty() && !closed && !wanted))) {
                nanos = arrived.awaitNanos(nanos);
            }
            awaitLeader();
            return !waiting.isEmpty();
        } finally {
            awaitLeader();
            lock.unlock();
        }
    }

    /** Called by a new thread of the publisher first: the former one may have been killed while a sender led. */
    void begin() {
        lock.lock();
        try {
            awaitLeader();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no sender leads, even if interrupted or out of memory: two threads must not use the connection. */
    private void awaitLeader() {
        returning = true;
        while (leader != null) {
            try {
                arrived.awaitUninterruptibly();
            } catch (OutOfMemoryError e) {
                lock.unlock();
                Survival.lock(lock);
            }
        }
        returning = false;
        away = false;
        wanted = false;
    }

    /**
     * Ends what {@link Admission#LEADS} began.
     *
     * @param failed whether the publisher's thread has to look after what the caller leaves
     */
    void stopLeading(boolean failed) {
        assert isLedByCaller();
        lock.lock();
        try {
            leader = null;
            wanted |= failed;
            if (!waiting.isEmpty()) {
                company = COMPANY;
            }
            if (failed || returning || closed || !waiting.isEmpty()) {
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs an action if a sender leads; it can't stop leading meanwhile.
     *
     * @param killed called instead if its thread was killed; then it leads no longer
     */
    void whileLed(Runnable action, Runnable killed) {
        lock.lock();
        try {
            Thread thread = leader;
            if (thread != null && thread.isAlive()) {
                action.run();
            } else if (thread != null) {
                killed.run();
                leader = null;
                wanted = true;
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #put} would make a sender lead, as far as can be seen now. */
    boolean isIdle() {
        return away && leader == null;
    }

    boolean isLed() {
        return leader != null;
    }

    boolean isLedByCaller() {
        return leader == Thread.currentThread();
    }

    /**
     * Takes from the front what one transaction may carry: at most {@code most} messages, and no two equal ones, which the
     * server would send only once. Leaves out messages whose senders have given up.
     *
     * @param most       1 or more
     * @param mostWeight maximum total weight, but one message is always taken
     */
    List<T> takeBatch(int most, long mostWeight) {
        lock.lock();
        try {
            // The signal first, as in put().
            roomMade.signalAll();
            List<T> batch = new ArrayList<>(Math.min(most, waiting.size()));
            // A new one for each batch: after a failure to grow for lack of memory, a HashSet may no longer find its elements.
            Set<T> inBatch = new HashSet<>();
            long room = mostWeight;
            while (batch.size() < most && !waiting.isEmpty() && (batch.isEmpty() || waiting.peek().weight() <= room)
                    && isNew(waiting.peek(), inBatch, batch)) {
                T next = waiting.remove();
                weight -= next.weight();
                room -= next.weight();
                if (next.markSent()) {
                    batch.add(next);
                }
            }
            if (batch.size() > 1) {
                company = COMPANY;
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Puts the rest of a batch, which was not sent, back to the front, even if there is no room; for the publisher's thread. */
    void putBack(List<T> unsent) {
        lock.lock();
        try {
            for (int last = unsent.size() - 1; last >= 0; last--) {
                waiting.addFirst(unsent.get(last));
                weight += unsent.get(last).weight();
            }
        } finally {
            lock.unlock();
        }
    }

    private static <T> boolean isNew(T next, Set<T> inBatch, List<T> batch) {
        try {
            return inBatch.add(next);
        } catch (OutOfMemoryError e) {
            if (batch.isEmpty()) {
                throw e;
            }
            // The batch must be kept: its notifications are no longer in the queue.
            return false;
        }
    }

    /** The messages whose deadline has passed. They stay until they have ended and {@link #removeEnded} is called. */
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

    /** Removes the notifications whose outcome is known. */
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

    /** Makes the queue accept nothing any more, and ends all waits. */
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

    /** Whether the queue is closed and empty; this is final, unless a batch is on its way that may come back. */
    boolean isDrained() {
        return closed && size() == 0;
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

    /** The waiting messages. They stay until they have ended and {@link #removeEnded} is called. */
    List<T> all() {
        lock.lock();
        try {
            return List.copyOf(waiting);
        } finally {
            lock.unlock();
        }
    }
}
