package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a subscription's threads, and what they have begun: so it knows up to where all are complete. Bounded. The
 * session's thread puts through an {@link Intake}, the subscription's {@link Workers} take; here they meet, under one lock.
 * Thread-safe.
 */
public final class DeliveryQueue {

    private static final int LOCK_SPINS = 100;
    /** How often a thread that found the lease run out looks again. */
    private static final long LEASE_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final int capacity;
    private final Overflow overflow;
    private final Lease lease;
    private final Counters counters;
    private final Runnable roomMade;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition idle = lock.newCondition();
    private final Entries<Notification> waiting;
    private final List<Entry<Notification>> begun = new ArrayList<>();
    private long begunUpTo;
    private boolean open;
    private boolean closed;
    /** Whether none is to begin for the moment, although they could. */
    private boolean held;
    private @Nullable Runnable whenIdle;
    /** Whether the session was told that there is no room. */
    private boolean putterWaits;

    /** @param roomMade called by the worker when a queue that was full is half empty */
    public DeliveryQueue(SubscriptionOptions options, Lease lease, Counters counters, Runnable roomMade) {
        this.capacity = options.queueSize();
        this.overflow = options.overflow();
        BufferLimit memory = options.memory();
        assert memory != null;
        this.waiting = new Entries<>(memory, Notification::bytes);
        this.lease = lease;
        this.counters = counters;
        this.roomMade = roomMade;
    }

    // ---- for the session's side

    /** Number of messages that have room now, up to a limit. None: the session is told when there is room again. */
    int room(int most) {
        lockSoon();
        try {
            putterWaits = isFull();
            return putterWaits ? 0 : Math.min(most, capacity - waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is room for a message whose memory is counted already. */
    boolean hasRoomForHeld() {
        lockSoon();
        try {
            return waiting.size() < capacity;
        } finally {
            lock.unlock();
        }
    }

    /** Others hold it for less than a microsecond: to be parked for that, and woken, takes many times as long. */
    private void lockSoon() {
        for (int i = 0; i < LOCK_SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    /** An empty queue has room for one message even over the memory limit, so that every queue moves. */
    private boolean isFull() {
        return waiting.size() >= capacity || (waiting.isMemoryExceeded() && !waiting.isEmpty());
    }

    /** True: some messages were dropped for want of room. */
    boolean add(List<Entry<Notification>> entries) {
        boolean dropped = false;
        lockSoon();
        try {
            for (Entry<Notification> entry : entries) {
                boolean drops = entry.gap() == null && isFull() && drop();
                dropped |= drops;
                if (!drops || overflow != Overflow.dropNewest) {
                    waiting.add(entry);
                }
            }
            if (entries.size() == 1) {
                changed.signal();
            } else {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        return dropped;
    }

    /** Makes room as the overflow says; what is dropped counts as complete. */
    private boolean drop() {
        if (overflow == Overflow.block || (overflow == Overflow.dropOldest && waiting.removeFirstMessage() == null)) {
            return false;
        }
        counters.dropped.increment();
        return true;
    }

    void open() {
        change(() -> open = true);
    }

    List<Entry<Notification>> withdraw() {
        lock.lock();
        try {
            open = false;
            List<Entry<Notification>> back = new ArrayList<>(waiting.size());
            waiting.forEach(back::add);
            waiting.clear();
            return back;
        } finally {
            lock.unlock();
        }
    }

    /** @param next the place after all that were put */
    long watermark(long next) {
        return look(() -> !begun.isEmpty() ? firstBegun() : !waiting.isEmpty() ? waiting.peek().place() : next);
    }

    private long firstBegun() {
        long first = Long.MAX_VALUE;
        for (Entry<Notification> entry : begun) {
            first = Math.min(first, entry.place());
        }
        return first;
    }

    long begunUpTo() {
        return look(() -> begunUpTo);
    }

    void whenIdle(Runnable callback) {
        lock.lock();
        try {
            if (!isEmpty()) {
                whenIdle = callback;
                return;
            }
        } finally {
            lock.unlock();
        }
        callback.run();
    }

    boolean isIdle() {
        return look(this::isEmpty);
    }

    private boolean isEmpty() {
        return waiting.isEmpty() && begun.isEmpty();
    }

    boolean isGapUnhandled() {
        return look(() -> begun.stream().anyMatch(entry -> entry.gap() != null) || waiting.hasGap());
    }

    // ---- for the workers' side

    /**
     * Waits for a message. Null: the worker leaves, or the queue is closed and empty.
     *
     * @param leaves whether the worker is to leave; asked again after each {@link #wakeTakers}
     */
    @Nullable
    Entry<Notification> take(BooleanSupplier leaves) throws InterruptedException {
        boolean makesRoom;
        Entry<Notification> entry;
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        lockSoon();
        try {
            while (true) {
                if (leaves.getAsBoolean() || (closed && waiting.isEmpty())) {
                    return null;
                }
                // The last gate: here a message begins in this process, or does not.
                if (!open || held || waiting.isEmpty()) {
                    changed.await();
                } else if (waiting.peek().gap() == null && !lease.isValid()) {
                    changed.awaitNanos(LEASE_CHECK_NANOS);
                } else {
                    break;
                }
            }
            // In this order: where there is no memory for the second list it still waits in the first.
            begun.add(waiting.peek());
            entry = waiting.remove();
            begunUpTo = entry.gap() == null ? Math.max(begunUpTo, entry.place() + 1) : begunUpTo;
            // Not for each single place: a thread that is woken costs more than a message.
            makesRoom = putterWaits && waiting.size() <= capacity / 2;
            putterWaits &= !makesRoom;
        } finally {
            lock.unlock();
        }
        if (makesRoom) {
            roomMade.run();
        }
        return entry;
    }

    /** What was taken has been handled. */
    void done(Entry<Notification> entry) {
        Runnable callback = null;
        lockSoon();
        try {
            begun.remove(entry);
            if (isEmpty()) {
                idle.signalAll();
                callback = whenIdle;
                whenIdle = null;
            }
        } finally {
            lock.unlock();
        }
        if (callback != null) {
            boolean called = false;
            try {
                callback.run();
                called = true;
            } finally {
                // For want of memory; whoever calls this method calls it again.
                whenIdle = called ? whenIdle : callback;
            }
        }
    }

    /** Makes the workers look again. */
    void wakeTakers() {
        change(() -> {});
    }

    // ---- for the subscription's begin and end

    /** Waits until everything that was handed over is complete; false: the time was up before. */
    public boolean awaitIdle(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (!isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets none begin for the moment, or all again. */
    public void hold(boolean value) {
        change(() -> held = value);
    }

    /** Whether anything has begun that is not complete. */
    public boolean isAnyBegun() {
        return look(() -> !begun.isEmpty());
    }

    /** How many wait. */
    public int size() {
        return look(waiting::size);
    }

    public int capacity() {
        return capacity;
    }

    /** Lets no more begin and gives up those that have not. Returns how many of them had been handed over. */
    public int giveUp() {
        return withdraw().size();
    }

    /** Lets the workers go once it is empty. */
    public void close() {
        change(() -> closed = true);
    }

    /** Gives up what is left and the memory that it takes; nobody takes any more. */
    public void clear() {
        change(waiting::clear);
    }

    // ---- under the lock, where nobody is in a hurry

    private <T> T look(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    /** Makes the workers look again. */
    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
