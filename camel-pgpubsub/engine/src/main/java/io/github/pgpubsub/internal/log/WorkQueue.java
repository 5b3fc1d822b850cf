package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.delivery.Gathering;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.work.Takers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages that no worker has begun. A message is either taken by a worker or withdrawn by the reading thread, never both. Its bound is
 * the reader's: {@code ReadOptions.rows}. Workers do not wait here: they are called when messages may begin. Thread-safe.
 */
final class WorkQueue {

    /** How often it is checked again whether messages may begin. */
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final BooleanSupplier mayBegin;
    private final BatchLimit limit;
    private final Turns turns;
    private final ReentrantLock lock;
    /** Null: nobody takes messages. */
    private @Nullable Takers takers;
    /** Filled by addAll, which grows it first: if add fails to grow it for lack of memory, it loses its elements. */
    private final Deque<Delivery<KeptRow>> waiting = new ArrayDeque<>();
    private final Gathering gathering = new Gathering();
    private boolean held;
    /** Whether the reader is going to hand out more, whatever workers do. Written by the reading thread alone, under the lock. */
    private boolean moreComes;
    private int begun;
    private volatile int size;
    private boolean closed;

    /**
     * @param mayBegin asked under the lock before messages are taken; must not block
     * @param limit    how many messages are taken at once
     * @param turns    how many batches are handled at once, perhaps together with other queues
     */
    WorkQueue(BooleanSupplier mayBegin, BatchLimit limit, Turns turns) {
        this.mayBegin = mayBegin;
        this.limit = limit;
        this.turns = turns;
        this.lock = turns.lock;
    }

    /**
     * Called by the reading thread, also to say that nothing follows.
     *
     * @param deliveries in order; may be empty
     * @param more       whether it is going to put more, whatever workers do
     */
    void put(List<Delivery<KeptRow>> deliveries, boolean more) {
        if (deliveries.isEmpty() && (more == moreComes || limit.size() == 1)) {
            return;
        }
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                gathering.begin();
            }
            waiting.addAll(deliveries);
            size = waiting.size();
            moreComes = more;
            call(waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Whether no message may begin for the moment. */
    void hold(boolean value) {
        lock.lock();
        try {
            held = value;
            turns.leave(this);
            call(waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Whether a worker handles messages. */
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

    /** Calls these when messages may begin. */
    void callFor(Takers called) {
        lock.lock();
        try {
            takers = called;
            call(waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** A turn is free, and this queue is the first in line. Called under the lock. */
    void call() {
        call(1);
    }

    private void call(int pieces) {
        assert lock.isHeldByCurrentThread();
        if (takers != null && !held && !closed) {
            takers.call(pieces);
        }
    }

    private void callIn(long nanos) {
        assert lock.isHeldByCurrentThread();
        if (takers != null) {
            takers.callIn(nanos);
        }
    }

    /**
     * Takes a gap, or a batch of messages, and a turn. Null: none may begin now; the takers are called when that changes. {@link #finished}
     * follows.
     */
    @Nullable
    List<Delivery<KeptRow>> take() {
        lock.lock();
        try {
            if (closed || held || waiting.isEmpty()) {
                turns.leave(this);
                return null;
            }
            int count = together();
            long remaining = gathering.remaining(limit, count, !moreComes || count < waiting.size());
            if (remaining == 0 && mayBegin.getAsBoolean()) {
                return begin(count);
            }
            turns.leave(this);
            // Nothing tells that it may; the reader soon withdraws the message if the lead is lost for longer.
            callIn(remaining > 0 ? remaining : CHECK_NANOS);
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Number of messages at the front of one leadership and one window, at most a batch; a gap is alone. */
    private int together() {
        Delivery<KeptRow> first = waiting.getFirst();
        if (limit.size() == 1 || first.row() == null) {
            return 1;
        }
        int count = 0;
        for (Delivery<KeptRow> each : waiting) {
            if (count == limit.size() || !each.goesWith(first)) {
                break;
            }
            count++;
        }
        return count;
    }

    /** Null: it is another queue's turn. */
    private @Nullable List<Delivery<KeptRow>> begin(int count) {
        // Before the turn is taken, because memory may be lacking.
        List<Delivery<KeptRow>> batch = new ArrayList<>(count);
        if (!turns.take(this)) {
            return null;
        }
        for (int i = 0; i < count; i++) {
            batch.add(waiting.remove());
        }
        size = waiting.size();
        begun++;
        if (!waiting.isEmpty()) {
            if (limit.size() > 1) {
                gathering.begin();
            }
            // Others may have been called while these could not begin.
            call(1);
        }
        return batch;
    }

    /** A worker has handled what it took. */
    void finished() {
        lock.lock();
        try {
            begun--;
            turns.giveBack();
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
            turns.leave(this);
            return all;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            turns.leave(this);
        } finally {
            lock.unlock();
        }
    }
}
