package io.github.pgpubsub.internal.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Tells senders the outcome of their notifications. Most callbacks are short, so one thread calls many of them, one after the other; a
 * task for each would cost more than all the rest of publishing. For few callbacks, this is the thread that has committed: waking
 * another one would take longer, and waiting senders would wait for both. But a callback may also continue a route, and block. So
 * after a slow callback, the next ones get a task each until they are fast again; and if a callback does not return, {@link #watch}
 * lets another thread continue with the others. Thread-safe.
 */
final class Completions {

    /** A callback that takes longer is slow. */
    private static final long SLOW_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    /**
     * A single slow callback may be the machine's fault. Two among this many are not, and then this many must be fast in a row.
     */
    private static final int FAST_ENOUGH = 100;
    /** Maximum callbacks that the committing thread calls itself; with more, it is better to commit the next batch meanwhile. */
    private static final int TOLD_HERE = 64;

    /** Notifications whose senders are being told; several threads may share the work. */
    private static final class Batch {

        final List<Outgoing> all;
        final AtomicInteger next = new AtomicInteger();

        Batch(int size) {
            this.all = new ArrayList<>(size);
        }

        /**
         * Ends the notifications, and adds those that nobody has ended before. Nobody else will tell their senders, so this needs no
         * memory, which might be lacking: the list has its full size.
         */
        void end(List<? extends Outgoing> batch, @Nullable Exception failure) {
            for (int i = 0; i < batch.size(); i++) {
                Outgoing outgoing = batch.get(i);
                if (outgoing.end(failure)) {
                    all.add(outgoing);
                }
            }
        }

        /** The same for those that have not been sent. */
        void endUnsent(List<? extends Outgoing> batch, Exception failure) {
            for (int i = 0; i < batch.size(); i++) {
                Outgoing outgoing = batch.get(i);
                if (outgoing.endUnsent(failure)) {
                    all.add(outgoing);
                }
            }
        }
    }

    private final Executor executor;
    private final Queue<Batch> batches = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Runner> current = new AtomicReference<>();
    /** No LongAdder, which may need memory. */
    private final AtomicLong failed = new AtomicLong();
    private final AtomicInteger slowness = new AtomicInteger();
    /** Written by several threads without synchronization: it need not be exact. */
    private int fastSinceSlow = FAST_ENOUGH;
    /** The batch of {@link #completeHere}; null: none. */
    private final AtomicReference<@Nullable Batch> here = new AtomicReference<>();

    // The fields below belong to the thread that watches.
    private @Nullable Batch hereAtLastWatch;
    private int nextAtLastWatch;

    Completions(Executor executor) {
        this.executor = executor;
    }

    /** @param failure null: the batch is committed */
    void complete(List<? extends Outgoing> batch, @Nullable Exception failure) {
        Batch told = new Batch(batch.size());
        told.end(batch, failure);
        countAndHandOver(told, failure != null);
    }

    /** As {@link #complete}, but leaves out those that have been sent, perhaps just now: they have another outcome. */
    void completeUnsent(List<? extends Outgoing> batch, Exception failure) {
        Batch told = new Batch(batch.size());
        told.endUnsent(batch, failure);
        countAndHandOver(told, true);
    }

    private void countAndHandOver(Batch told, boolean hasFailed) {
        if (hasFailed) {
            failed.addAndGet(told.all.size());
        }
        if (!told.all.isEmpty()) {
            handOver(told);
        }
    }

    /**
     * Completes a committed batch. The calling thread tells the senders itself, as long as that is quick. For one thread at a time.
     *
     * @return false if a callback has held up the thread so long that {@link #watch} has asked for another thread in its place
     */
    boolean completeHere(List<? extends Outgoing> batch) {
        Batch told = new Batch(batch.size());
        told.end(batch, null);
        if (told.all.isEmpty()) {
            return true;
        }
        if (told.all.size() > TOLD_HERE || slowness.get() > 0) {
            handOver(told);
            return true;
        }
        here.set(told);
        long before = System.nanoTime();
        while (slowness.get() == 0) {
            int index = told.next.getAndIncrement();
            if (index >= told.all.size()) {
                return here.compareAndSet(told, null);
            }
            told.all.get(index).tell();
            long after = System.nanoTime();
            judge(after - before);
            before = after;
        }
        handOver(told);
        return here.compareAndSet(told, null);
    }

    /** If handing over fails for lack of memory, this thread tells the senders. */
    private void handOver(Batch batch) {
        try {
            batches.add(batch);
            startRunner(null);
        } catch (RuntimeException | Error e) {
            for (int i = batch.next.getAndIncrement(); i < batch.all.size(); i = batch.next.getAndIncrement()) {
                batch.all.get(i).tell();
            }
        }
    }

    /** Number of notifications that were reported as failed, or as having an unknown outcome. */
    long failed() {
        return failed.get();
    }

    /** Whether a callback is being called. */
    boolean isBusy() {
        return current.get() != null || here.get() != null;
    }

    /**
     * Called at intervals by one thread: replaces a thread that has made no progress since the last call.
     *
     * @return whether the thread in {@link #completeHere} is stuck: another one must take its place, and it ends when it returns
     */
    boolean watch() {
        Runner runner = current.get();
        if (runner != null && runner.hasStuck()) {
            startRunner(runner);
        }
        Batch told = here.get();
        int next = told == null ? 0 : told.next.get();
        boolean stuck = told != null && told == hereAtLastWatch && next == nextAtLastWatch && here.compareAndSet(told, null);
        hereAtLastWatch = told;
        nextAtLastWatch = next;
        if (stuck) {
            assert told != null;
            slowness.set(FAST_ENOUGH);
            handOver(told);
        }
        return stuck;
    }

    private void judge(long nanos) {
        if (nanos > SLOW_NANOS) {
            if (fastSinceSlow < FAST_ENOUGH) {
                slowness.set(FAST_ENOUGH);
            }
            fastSinceSlow = 0;
        } else {
            fastSinceSlow++;
            if (slowness.get() > 0) {
                slowness.decrementAndGet();
            }
        }
    }

    private void startRunner(@Nullable Runner former) {
        if (current.get() == former) {
            Runner runner = new Runner();
            if (current.compareAndSet(former, runner)) {
                execute(runner);
            }
        }
    }

    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RuntimeException | Error e) {
            // The executor is shut down, has no thread, or fails: the senders must be told nevertheless.
            task.run();
        }
    }

    private final class Runner implements Runnable {

        private volatile int told;
        private int toldAtLastWatch = -1;

        boolean hasStuck() {
            int now = told;
            boolean stuck = now == toldAtLastWatch;
            toldAtLastWatch = now;
            return stuck;
        }

        @Override
        public void run() {
            long before = System.nanoTime();
            while (current.get() == this) {
                Batch batch = batches.peek();
                if (batch == null) {
                    if (!current.compareAndSet(this, null) || batches.isEmpty() || !current.compareAndSet(null, this)) {
                        return;
                    }
                    continue;
                }
                int index = batch.next.getAndIncrement();
                if (index >= batch.all.size()) {
                    batches.remove(batch);
                } else {
                    before = tell(batch.all.get(index), before);
                }
            }
        }

        @SuppressWarnings({"NonAtomicOperationOnVolatileField", "NonAtomicVolatileUpdate"})
        private long tell(Outgoing outgoing, long before) {
            told++;
            if (slowness.get() > 0 && tellAside(outgoing)) {
                return System.nanoTime();
            }
            outgoing.tell();
            long after = System.nanoTime();
            judge(after - before);
            return after;
        }

        /** False if there is no memory for a task. */
        private boolean tellAside(Outgoing outgoing) {
            Runnable task;
            try {
                task = () -> {
                    long begun = System.nanoTime();
                    outgoing.tell();
                    judge(System.nanoTime() - begun);
                };
            } catch (Error e) {
                return false;
            }
            execute(task);
            return true;
        }
    }
}
