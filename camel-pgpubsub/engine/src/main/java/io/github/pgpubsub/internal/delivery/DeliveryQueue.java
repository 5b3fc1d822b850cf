package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for a subscription's threads. Bounded: the session's thread puts, the subscription's threads take. The session
 * asks {@link #hasRoom} before it puts, so a put never waits. It knows which have begun and up to where all are complete.
 *
 * <p>The session's thread collects what it puts and hands it over with {@link #flush}, so that the two sides meet once for
 * many messages.
 */
public final class DeliveryQueue {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryQueue.class);

    /** So many messages are handed over at once at most. */
    private static final int HANDED_OVER = 64;
    private static final int LOCK_SPINS = 100;
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
    private final Condition idle = lock.newCondition();
    private final Entries<Notification> waiting;
    private final List<Entry<Notification>> begun = new ArrayList<>();
    private long begunUpTo;
    private boolean open;
    private boolean closed;
    /** Whether none is to begin for the moment, although they could. */
    private boolean held;
    private Runnable whenIdle;
    /** Whether the session was told that there is no room. */
    private boolean putterWaits;
    private long dropsLoggedAt = System.nanoTime() - DROPS_LOGGED_NANOS;

    // These belong to the session's thread.
    private final List<Entry<Notification>> collected = new ArrayList<>();
    /** So many more have room, whatever the other side does. */
    private int credit;
    private long next;

    /** @param roomMade called by the taking thread when a queue that was full is half empty */
    public DeliveryQueue(SubscriptionOptions options, Lease lease, Counters counters, Runnable roomMade) {
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
    public boolean hasRoom() {
        if (credit > 0 || overflow != Overflow.block) {
            return true;
        }
        flush();
        lockSoon();
        try {
            putterWaits = isFull();
            credit = putterWaits ? 0 : Math.min(HANDED_OVER, capacity - waiting.size());
        } finally {
            lock.unlock();
        }
        return credit > 0;
    }

    /** Whether the session may put another message that takes no more memory here than it does already. */
    public boolean hasRoomForHeld() {
        flush();
        lockSoon();
        try {
            return waiting.size() < capacity || overflow != Overflow.block;
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

    /** One message has room whatever others hold, so that every queue moves. */
    private boolean isFull() {
        return waiting.size() >= capacity || waiting.isMemoryExceeded() && !waiting.isEmpty();
    }

    /** The takers see it with the next {@link #flush}. */
    public void put(Entry<Notification> entry) {
        credit--;
        next = entry.gap() == null ? entry.place() + 1 : entry.place();
        collected.add(entry);
        if (collected.size() >= HANDED_OVER) {
            flush();
        }
    }

    /** Hands over what was put. */
    public void flush() {
        if (collected.isEmpty()) {
            return;
        }
        boolean dropped = false;
        lockSoon();
        try {
            for (Entry<Notification> entry : collected) {
                boolean drops = entry.gap() == null && isFull() && drop();
                dropped |= drops;
                if (!drops || overflow != Overflow.dropNewest) {
                    waiting.add(entry);
                }
            }
            if (collected.size() == 1) {
                changed.signal();
            } else {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        collected.clear();
        if (dropped) {
            logDrops();
        }
    }

    /** Makes room as the overflow says; what is dropped counts as complete. */
    private boolean drop() {
        if (overflow == Overflow.block || overflow == Overflow.dropOldest && waiting.removeFirstMessage() == null) {
            return false;
        }
        counters.dropped.increment();
        return true;
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
    public void skip(long place) {
        next = place + 1;
    }

    /** Lets messages begin, of which all before this place are complete. */
    public void open(long from) {
        next = from;
        lock.lock();
        try {
            open = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets no more begin and takes back those that have not. */
    public List<Entry<Notification>> withdraw() {
        flush();
        credit = 0;
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
    public long watermark() {
        flush();
        lock.lock();
        try {
            return !begun.isEmpty() ? firstBegun() : !waiting.isEmpty() ? waiting.peek().place() : next;
        } finally {
            lock.unlock();
        }
    }

    /** No message with this place or a later one has begun. */
    public long begunUpTo() {
        lock.lock();
        try {
            return begunUpTo;
        } finally {
            lock.unlock();
        }
    }

    private long firstBegun() {
        long first = Long.MAX_VALUE;
        for (Entry<Notification> entry : begun) {
            first = Math.min(first, entry.place());
        }
        return first;
    }

    /** Calls back once, as soon as everything that was put is complete: now, or from a taking thread. */
    public void whenIdle(Runnable callback) {
        flush();
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

    /** Whether everything that was put is complete. */
    public boolean isIdle() {
        flush();
        lock.lock();
        try {
            return isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmpty() {
        return waiting.isEmpty() && begun.isEmpty();
    }

    /** Whether a gap was put that is not handled yet. */
    public boolean isGapUnhandled() {
        flush();
        lock.lock();
        try {
            return begun.stream().anyMatch(entry -> entry.gap() != null) || waiting.hasGap();
        } finally {
            lock.unlock();
        }
    }

    // ---- the subscription's side

    /**
     * Waits for a message. Null: the taker leaves, or the queue is closed and empty.
     *
     * @param leaves whether the taker is to leave; asked again after each {@link #wakeTakers}
     */
    Entry<Notification> take(BooleanSupplier leaves) throws InterruptedException {
        boolean makesRoom;
        Entry<Notification> entry;
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        lockSoon();
        try {
            while (true) {
                if (leaves.getAsBoolean() || closed && waiting.isEmpty()) {
                    return null;
                }
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

    /** Waits until everything that was put is complete; false: the time was up before. */
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
        lock.lock();
        try {
            held = value;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether anything has begun that is not complete. */
    public boolean isAnyBegun() {
        lock.lock();
        try {
            return !begun.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many wait. */
    public int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    public int capacity() {
        return capacity;
    }

    /** Lets the takers go once it is empty. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives up what is left and the memory that it takes; nobody takes any more. */
    public void clear() {
        lock.lock();
        try {
            waiting.clear();
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
