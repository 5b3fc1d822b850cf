package io.github.pgpubsub;

import io.github.pgpubsub.lead.Entries;
import io.github.pgpubsub.lead.Entry;
import io.github.pgpubsub.session.Notification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for a subscription's threads. Bounded: the session's thread puts, the subscription's threads take. The session
 * asks {@link #hasRoom} before it puts, so a put never waits. It knows which have begun and up to where all are complete.
 */
final class DeliveryQueue {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryQueue.class);

    /** How often a thread that found the lease run out looks again. */
    private static final long LEASE_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Between two lines of log about dropped messages. */
    private static final long DROPS_LOGGED_NANOS = Duration.ofSeconds(10).toNanos();

    private final String name;
    private final int capacity;
    private final Overflow overflow;
    private final Lease lease;
    private final Counters counters;
    private final Runnable roomMade;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Entries<Notification> waiting;
    private final List<Long> begun = new ArrayList<>();
    private long next;
    private boolean open;
    private boolean closed;
    private Runnable whenIdle;
    private long dropsLoggedAt = System.nanoTime() - DROPS_LOGGED_NANOS;

    /** @param roomMade called by the taking thread when a full queue is full no more */
    DeliveryQueue(SubscriptionOptions options, Lease lease, Counters counters, Runnable roomMade) {
        this.name = options.name();
        this.capacity = options.queueSize();
        this.overflow = options.overflow();
        this.waiting = new Entries<>(options.memory(), Notification::bytes);
        this.lease = lease;
        this.counters = counters;
        this.roomMade = roomMade;
    }

    // ---- the session's side

    /** Whether the session may put another message. A queue that drops always has room. */
    boolean hasRoom() {
        if (overflow != Overflow.block) {
            return true;
        }
        lock.lock();
        try {
            return !isFull();
        } finally {
            lock.unlock();
        }
    }

    /** One message has room whatever others hold, so that every queue moves. */
    private boolean isFull() {
        return waiting.size() >= capacity || waiting.isMemoryExceeded() && !waiting.isEmpty();
    }

    void put(Entry<Notification> entry) {
        long dropped;
        lock.lock();
        try {
            dropped = entry.gap() == null && isFull() ? drop() : 0;
            if (dropped == 0 || overflow != Overflow.dropNewest) {
                waiting.add(entry);
            }
            next = entry.gap() == null ? entry.place() + 1 : entry.place();
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (dropped > 0) {
            logDrops();
        }
    }

    /** Makes room as the overflow says; what is dropped counts as complete. */
    private long drop() {
        if (overflow == Overflow.block || overflow == Overflow.dropOldest && waiting.removeFirstMessage() == null) {
            return 0;
        }
        counters.dropped.increment();
        return 1;
    }

    private void logDrops() {
        long now = System.nanoTime();
        if (now - dropsLoggedAt >= DROPS_LOGGED_NANOS) {
            dropsLoggedAt = now;
            LOG.warn("{}: its queue (queueSize={}) is full, so messages are dropped (overflow={}): {} so far", name, capacity,
                    overflow, counters.dropped.sum());
        }
    }

    /** A message that is not for this subscription counts as complete. */
    void skip(long place) {
        lock.lock();
        try {
            next = place + 1;
        } finally {
            lock.unlock();
        }
    }

    /** Lets messages begin. */
    void open() {
        lock.lock();
        try {
            open = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets no more begin and takes back those that have not. */
    List<Entry<Notification>> withdraw() {
        lock.lock();
        try {
            open = false;
            List<Entry<Notification>> back = new ArrayList<>(waiting.size());
            waiting.forEach(back::add);
            if (!back.isEmpty()) {
                next = back.get(0).place();
                waiting.clear();
            }
            return back;
        } finally {
            lock.unlock();
        }
    }

    /** Every message with a place before this one is complete. */
    long watermark() {
        lock.lock();
        try {
            return !begun.isEmpty() ? Collections.min(begun) : !waiting.isEmpty() ? waiting.peek().place() : next;
        } finally {
            lock.unlock();
        }
    }

    /** How many places from the watermark on lie before or at one that has begun. */
    long begunAfterWatermark() {
        lock.lock();
        try {
            return begun.isEmpty() ? 0 : Collections.max(begun) + 1 - Collections.min(begun);
        } finally {
            lock.unlock();
        }
    }

    /** Calls back once, as soon as everything that was put is complete: now, or from a taking thread. */
    void whenIdle(Runnable callback) {
        lock.lock();
        try {
            if (!isIdle()) {
                whenIdle = callback;
                return;
            }
        } finally {
            lock.unlock();
        }
        callback.run();
    }

    private boolean isIdle() {
        return waiting.isEmpty() && begun.isEmpty();
    }

    // ---- the subscription's side

    /** Waits for a message. Null: the worker has been told to leave, or the queue is closed and empty. */
    Entry<Notification> take(Workers worker) throws InterruptedException {
        boolean wasFull;
        Entry<Notification> entry;
        lock.lockInterruptibly();
        try {
            while (true) {
                if (worker.isLeaving() || closed && waiting.isEmpty()) {
                    return null;
                }
                if (!open || waiting.isEmpty()) {
                    changed.await();
                } else if (!lease.isValid()) {
                    changed.awaitNanos(LEASE_CHECK_NANOS);
                } else {
                    break;
                }
            }
            wasFull = isFull();
            entry = waiting.remove();
            begun.add(entry.place());
        } finally {
            lock.unlock();
        }
        if (wasFull) {
            roomMade.run();
        }
        return entry;
    }

    /** What was taken has been handled. */
    void done(Entry<Notification> entry) {
        Runnable idle = null;
        lock.lock();
        try {
            begun.remove((Long) entry.place());
            if (isIdle()) {
                changed.signalAll();
                idle = whenIdle;
                whenIdle = null;
            }
        } finally {
            lock.unlock();
        }
        if (idle != null) {
            idle.run();
        }
    }

    /** Waits until everything that was put is complete; false: the time was up before. */
    boolean awaitIdle(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (!isIdle()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How many wait. */
    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    int capacity() {
        return capacity;
    }

    /** Lets the takers go once it is empty. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes the takers look again. */
    void wakeTakers() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
