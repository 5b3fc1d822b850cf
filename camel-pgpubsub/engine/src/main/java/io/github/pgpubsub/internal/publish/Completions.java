package io.github.pgpubsub.internal.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Tells senders what has become of their notifications. Most callbacks take a moment, so one thread calls many of them, one
 * after the other; a task each would cost more than all the rest of publishing. Of a few, that is the thread that has
 * committed them: to wake another would take longer, and senders that wait would wait for two. But a callback may also go on
 * with a route, and block. So once one is slow, the next ones get a task each, until they are fast again; and when one does
 * not return, {@link #watch} lets another thread go on with the others. Thread-safe.
 */
final class Completions {

    /** What is longer is slow. */
    private static final long SLOW_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    /** One slow callback may be the machine's fault; two in so many are not, and then so many must be fast in a row. */
    private static final int FAST_ENOUGH = 100;
    /** Senders told by the thread that has committed; with more of them it is better to commit the next batch meanwhile. */
    private static final int TOLD_HERE = 64;

    /** Some that are told, shared by those that tell them. */
    private static final class Batch {

        final List<Outgoing> all;
        final AtomicInteger next = new AtomicInteger();

        Batch(int size) {
            this.all = new ArrayList<>(size);
        }

        /**
         * Takes in those whose end this is. From here on nobody else would tell them, so it takes no memory, which might lack: all
         * that is needed was made before.
         */
        void end(List<? extends Outgoing> batch, @Nullable Exception failure) {
            for (int i = 0; i < batch.size(); i++) {
                Outgoing outgoing = batch.get(i);
                if (outgoing.end(failure)) {
                    all.add(outgoing);
                }
            }
        }
    }

    private final Executor executor;
    private final Queue<Batch> batches = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Runner> current = new AtomicReference<>();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger slowness = new AtomicInteger();
    /** Counted without care by whoever tells: it need not be exact. */
    private int fastSinceSlow = FAST_ENOUGH;
    /** What is told in {@link #completeHere}. */
    private final AtomicReference<@Nullable Batch> here = new AtomicReference<>();

    // These belong to the thread that watches.
    private @Nullable Batch hereAtLastLook;
    private int nextAtLastLook;

    Completions(Executor executor) {
        this.executor = executor;
    }

    /** @param failure null: they are committed */
    void complete(List<? extends Outgoing> batch, @Nullable Exception failure) {
        Batch told = new Batch(batch.size());
        told.end(batch, failure);
        if (failure != null) {
            failed.add(told.all.size());
        }
        if (!told.all.isEmpty()) {
            handOver(told);
        }
    }

    /**
     * They are committed; those that wait for it are told by the calling thread, if that is quick. One thread at a time calls it.
     *
     * @return false: a callback has held the thread so long that {@link #watch} has told to put another in its place
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

    /** Where even that fails, for want of memory, those that nobody else tells are told here. */
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

    /** How many were not committed, as far as anybody knows. */
    long failed() {
        return failed.sum();
    }

    /** Whether somebody is being told. */
    boolean isBusy() {
        return current.get() != null || here.get() != null;
    }

    /**
     * Called now and then, by one thread: lets another go on where one has not got on since the last call.
     *
     * @return whether the thread in {@link #completeHere} is stuck: another must take its place, for it ends
     */
    boolean watch() {
        Runner runner = current.get();
        if (runner != null && runner.hasStuck()) {
            startRunner(runner);
        }
        Batch told = here.get();
        int next = told == null ? 0 : told.next.get();
        boolean stuck = told != null && told == hereAtLastLook && next == nextAtLastLook && here.compareAndSet(told, null);
        hereAtLastLook = told;
        nextAtLastLook = next;
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
            // It has been shut down, or there is no thread to be had, or it fails: senders are told all the same.
            task.run();
        }
    }

    private final class Runner implements Runnable {

        private volatile int told;
        private int toldAtLastLook = -1;

        boolean hasStuck() {
            int now = told;
            boolean stuck = now == toldAtLastLook;
            toldAtLastLook = now;
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

        /** False: there is no memory for a task. */
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
