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
 * A subscription's bounded queue of waiting messages. It also keeps the messages that have begun, so it knows the position up to
 * which everything is complete. The session's thread adds messages through an {@link Intake}, and the subscription's
 * {@link Workers} take them; one lock protects both sides. Thread-safe.
 */
public final class DeliveryQueue {

    private static final int LOCK_SPINS = 100;
    /** Interval at which a thread checks an expired lease again. */
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
    private final Gathering gathering = new Gathering();
    private final List<Entry<Notification>> begun = new ArrayList<>();
    private long begunUpTo;
    private boolean open;
    private boolean closed;
    /** Whether messages must not begin for the moment, even in an open queue. */
    private boolean held;
    private @Nullable Runnable whenIdle;
    /** Number of threads that wait until the queue is idle. */
    private int idleAwaited;
    /** Whether the session was told that there is no room, so it must be woken when there is. */
    private boolean putterWaits;

    /** @param roomMade called by a worker when a queue that was full is half empty */
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

    /** Number of messages for which there is room now, at most {@code most}. If 0, {@code roomMade} is called later. */
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

    /** Spins first: the lock is held for less than a microsecond, and parking and waking a thread takes many times as long. */
    private void lockSoon() {
        for (int i = 0; i < LOCK_SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    /** An empty queue always accepts one message, even over the memory limit, so that no queue is blocked by others. */
    private boolean isFull() {
        return waiting.size() >= capacity || (waiting.isMemoryExceeded() && !waiting.isEmpty());
    }

    /** Returns whether messages were dropped because the queue was full. */
    boolean add(List<Entry<Notification>> entries) {
        boolean dropped = false;
        lockSoon();
        try {
            if (waiting.isEmpty()) {
                gathering.begin();
            }
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

    /** Drops a message according to the overflow option; a dropped message counts as complete. */
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

    /** @param next the position after the last message that was put */
    long watermark(long next) {
        return locked(() -> !begun.isEmpty() ? firstBegun() : !waiting.isEmpty() ? waiting.peek().place() : next);
    }

    private long firstBegun() {
        long first = Long.MAX_VALUE;
        for (Entry<Notification> entry : begun) {
            first = Math.min(first, entry.place());
        }
        return first;
    }

    long begunUpTo() {
        return locked(() -> begunUpTo);
    }

    void whenIdle(Runnable callback) {
        lock.lock();
        try {
            if (!isEmpty()) {
                whenIdle = callback;
                // A batch that is being gathered begins as it is.
                changed.signalAll();
                return;
            }
        } finally {
            lock.unlock();
        }
        callback.run();
    }

    boolean isIdle() {
        return locked(this::isEmpty);
    }

    private boolean isEmpty() {
        return waiting.isEmpty() && begun.isEmpty();
    }

    boolean isGapUnhandled() {
        return locked(() -> begun.stream().anyMatch(entry -> entry.gap() != null) || waiting.hasGap());
    }

    // ---- for the workers' side

    /**
     * Waits for a gap, or for a batch of messages. Returns null when the worker has to leave, or the queue is closed and empty.
     *
     * @param leaves whether the worker has to leave; checked again after each {@link #wakeTakers}
     */
    @Nullable
    List<Entry<Notification>> take(BatchLimit limit, BooleanSupplier leaves) throws InterruptedException {
        boolean makesRoom;
        List<Entry<Notification>> batch;
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        lockSoon();
        try {
            int count;
            while (true) {
                if (leaves.getAsBoolean() || (closed && waiting.isEmpty())) {
                    return null;
                }
                if (!open || held || waiting.isEmpty()) {
                    changed.await();
                    continue;
                }
                boolean gap = waiting.peek().gap() != null;
                count = gap ? 1 : waiting.messagesBeforeGap(limit.size());
                long remaining = gathering.remaining(limit, count, isComplete());
                if (remaining > 0) {
                    changed.awaitNanos(remaining);
                } else if (!gap && !lease.isValid()) {
                    // The last check before a message begins in this process.
                    changed.awaitNanos(LEASE_CHECK_NANOS);
                } else {
                    break;
                }
            }
            batch = begin(count);
            if (limit.size() > 1 && !waiting.isEmpty()) {
                gathering.begin();
                // The signals of these messages may have gone to this thread.
                changed.signal();
            }
            // Not for each entry: waking a thread costs more than handling a message.
            makesRoom = putterWaits && waiting.size() <= capacity / 2;
            putterWaits &= !makesRoom;
        } finally {
            lock.unlock();
        }
        if (makesRoom) {
            roomMade.run();
        }
        return batch;
    }

    /** Whether no more messages can join those at the front, or somebody waits for the queue to become idle. */
    private boolean isComplete() {
        return waiting.hasGap() || closed || whenIdle != null || idleAwaited > 0 || isFull();
    }

    private List<Entry<Notification>> begin(int count) {
        List<Entry<Notification>> batch = count == 1 ? List.of(waiting.peek()) : waiting.first(count);
        // Added first: if memory is lacking for this, the entries still wait in the other list.
        begun.addAll(batch);
        for (int i = 0; i < count; i++) {
            Entry<Notification> entry = waiting.remove();
            begunUpTo = entry.gap() == null ? Math.max(begunUpTo, entry.place() + 1) : begunUpTo;
        }
        return batch;
    }

    /** Marks a batch that was taken as handled. If it throws, call it again. */
    void done(List<Entry<Notification>> batch) {
        Runnable callback;
        lockSoon();
        try {
            if (begun.size() == batch.size() && begun.get(0).equals(batch.get(0))) {
                begun.clear();
            } else {
                batch.forEach(begun::remove);
            }
            callback = isEmpty() ? whenIdle : null;
            if (isEmpty()) {
                idle.signalAll();
                whenIdle = null;
            }
        } finally {
            lock.unlock();
        }
        if (callback != null) {
            try {
                callback.run();
            } catch (Throwable e) {
                // For lack of memory. Another request may have come meanwhile; it asks for the same.
                locked(() -> whenIdle = whenIdle == null ? callback : whenIdle);
                throw e;
            }
        }
    }

    /** Makes the workers check again. */
    void wakeTakers() {
        change(() -> {});
    }

    // ---- for the subscription's start and end

    /** Waits until everything that was handed over is complete; false if the time is up before. */
    public boolean awaitIdle(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            idleAwaited++;
            // A batch that is being gathered begins as it is.
            changed.signalAll();
            long left = nanos;
            while (!isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } finally {
            idleAwaited--;
            lock.unlock();
        }
    }

    /** Keeps messages from beginning for the moment, or lets them begin again. */
    public void hold(boolean value) {
        change(() -> held = value);
    }

    /** Whether a message has begun and is not complete. */
    public boolean isAnyBegun() {
        return locked(() -> !begun.isEmpty());
    }

    /** Number of waiting entries. */
    public int size() {
        return locked(waiting::size);
    }

    public int capacity() {
        return capacity;
    }

    /** Lets no more messages begin, gives up the waiting ones, and returns their number. */
    public int giveUp() {
        return withdraw().size();
    }

    /** Lets the workers leave once the queue is empty. */
    public void close() {
        change(() -> closed = true);
    }

    /** Frees the memory of the remaining entries, once no worker is left. */
    public void clear() {
        change(waiting::clear);
    }

    // ---- under the lock, in calls that need not be fast

    private <T> T locked(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    /** Changes something under the lock, and makes the workers check again. */
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
