package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.work.Takers;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A subscription's bounded queue of waiting messages. It also keeps the messages that have begun, so it knows the position up to
 * which everything is complete. The session's thread adds messages through an {@link Intake}, and the subscription's
 * {@link Workers} take them; one lock protects both sides. The workers do not wait here: they are called when messages may begin.
 * Thread-safe.
 */
public final class DeliveryQueue {

    /** Interval at which an expired lease is checked again. */
    private static final long LEASE_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final int capacity;
    private final Overflow overflow;
    private final Lease lease;
    private final Counters counters;
    private final Runnable roomMade;
    private final BriefLock lock = new BriefLock();
    private final Idleness idleness = new Idleness(lock.newCondition());
    private final Entries<Notification> waiting;
    private final Gathering gathering = new Gathering();
    private final Begun begun = new Begun();
    /** Null: nobody takes messages. */
    private @Nullable Takers takers;
    private boolean open;
    private boolean closed;
    /** Whether messages must not begin for the moment, even in an open queue. */
    private boolean held;
    /** Whether takers were sent away although messages wait; an alarm calls one of them only. */
    private boolean sentAway;
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
        lock.lockSoon();
        try {
            putterWaits = isFull();
            return putterWaits ? 0 : Math.min(most, capacity - waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is room for a message whose memory is counted already. */
    boolean hasRoomForHeld() {
        lock.lockSoon();
        try {
            return waiting.size() < capacity;
        } finally {
            lock.unlock();
        }
    }

    /** An empty queue always accepts one message, even over the memory limit, so that no queue is blocked by others. */
    private boolean isFull() {
        return waiting.size() >= capacity || (waiting.isMemoryExceeded() && !waiting.isEmpty());
    }

    /** Takes over entries; those for which memory is lacking stay. Returns whether messages were dropped because the queue was full. */
    boolean addAll(Queue<Entry<Notification>> entries) {
        boolean dropped = false;
        lock.lockSoon();
        try {
            if (waiting.isEmpty()) {
                gathering.begin();
            }
            for (Entry<Notification> entry = entries.peek(); entry != null; entry = entries.peek()) {
                boolean drops = entry.gap() == null && isFull() && drop();
                dropped |= drops;
                if (!drops || overflow != Overflow.dropNewest) {
                    waiting.add(entry);
                }
                entries.remove();
            }
        } finally {
            callAndUnlock();
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
        return locked(() -> !begun.isEmpty() ? begun.first() : !waiting.isEmpty() ? waiting.peek().place() : next);
    }

    long begunUpTo() {
        return locked(begun::upTo);
    }

    void whenIdle(Runnable callback) {
        lock.lock();
        try {
            if (!isEmpty()) {
                idleness.tell(callback);
                // A batch that is being gathered begins as it is.
                call();
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
        return locked(() -> begun.hasGap() || waiting.hasGap());
    }

    // ---- for the workers' side

    /** Calls these when messages may begin, and nobody else. */
    void callFor(Takers called) {
        change(() -> takers = called);
    }

    /** Does not call these any more. */
    void callNoMore(Takers called) {
        locked(() -> takers = takers == called ? null : takers);
    }

    private void call() {
        assert lock.isHeldByCurrentThread();
        if (takers != null && open && !held) {
            takers.call(waiting.size());
        }
    }

    /** Takes a gap, or a batch of messages. Null: none may begin now; the takers are called when that changes. */
    @Nullable
    List<Entry<Notification>> take(BatchLimit limit) {
        boolean makesRoom;
        List<Entry<Notification>> batch;
        lock.lockSoon();
        try {
            if (!open || held || waiting.isEmpty()) {
                return null;
            }
            boolean gap = waiting.peek().gap() != null;
            int count = gap ? 1 : waiting.messagesBeforeGap(limit.size());
            long remaining = gathering.remaining(limit, count, isComplete());
            // The last check before a message begins in this process.
            remaining = remaining == 0 && !gap && !lease.isValid() ? LEASE_CHECK_NANOS : remaining;
            if (remaining > 0) {
                sentAway = true;
                if (takers != null) {
                    takers.callIn(remaining);
                }
                return null;
            }
            batch = begin(count);
            if ((sentAway || limit.size() > 1) && !waiting.isEmpty()) {
                gathering.begin();
                // Others may have been called while these could not begin yet.
                call();
            }
            sentAway = false;
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
        return waiting.hasGap() || closed || idleness.isAwaited() || isFull();
    }

    private List<Entry<Notification>> begin(int count) {
        List<Entry<Notification>> batch = count == 1 ? List.of(waiting.peek()) : waiting.first(count);
        // Added first: if memory is lacking for this, the entries still wait in the other list.
        begun.add(batch);
        for (int i = 0; i < count; i++) {
            waiting.remove();
        }
        return batch;
    }

    /** Marks a batch that was taken as handled. If it throws, call it again. */
    void done(List<Entry<Notification>> batch) {
        Runnable callback;
        lock.lockSoon();
        try {
            begun.remove(batch);
            callback = isEmpty() ? idleness.begins() : null;
        } finally {
            lock.unlock();
        }
        if (callback != null) {
            try {
                callback.run();
            } catch (Throwable e) {
                lock.lock();
                try {
                    idleness.tellAgain(callback);
                } finally {
                    lock.unlock();
                }
                throw e;
            }
        }
    }

    // ---- for the subscription's start and end

    /** Waits until everything that was handed over is complete; false if the time is up before. */
    public boolean awaitIdle(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            // A batch that is being gathered begins as it is.
            call();
            return idleness.await(nanos, this::isEmpty);
        } finally {
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

    /** No more messages come: a batch that is being gathered begins as it is. */
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

    /** Changes something under the lock, and calls the workers if messages may begin. */
    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            callAndUnlock();
        }
    }

    private void callAndUnlock() {
        try {
            call();
        } finally {
            lock.unlock();
        }
    }
}
