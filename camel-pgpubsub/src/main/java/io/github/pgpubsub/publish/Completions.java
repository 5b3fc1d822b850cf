package io.github.pgpubsub.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tells senders what has become of their notifications. Most callbacks take a moment, so one thread calls many of them, one
 * after the other; a task each would cost more than all the rest of publishing. But a callback may also go on with a route,
 * and block. So once one is slow, the next ones get a task each, until they are fast again; and when one does not return,
 * {@link #watch} lets another thread go on with the others. Thread-safe.
 */
final class Completions {

    /** What is longer is slow. */
    private static final long SLOW_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    /** After a slow callback so many must be fast before one thread calls many again. */
    private static final int FAST_ENOUGH = 100;

    /** Some that are told, shared by those that tell them. */
    private static final class Batch {

        final List<Outgoing> all;
        final AtomicInteger next = new AtomicInteger();

        Batch(List<Outgoing> all) {
            this.all = all;
        }
    }

    private final Executor executor;
    private final Queue<Batch> batches = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Runner> current = new AtomicReference<>();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger slowness = new AtomicInteger();

    Completions(Executor executor) {
        this.executor = executor;
    }

    /** @param failure null: they are committed */
    void complete(List<Outgoing> batch, Exception failure) {
        List<Outgoing> ended = new ArrayList<>(batch.size());
        for (Outgoing outgoing : batch) {
            if (outgoing.end(failure)) {
                ended.add(outgoing);
            }
        }
        if (failure != null) {
            failed.add(ended.size());
        }
        if (!ended.isEmpty()) {
            batches.add(new Batch(ended));
            startRunner(null);
        }
    }

    /** How many were not committed, as far as anybody knows. */
    long failed() {
        return failed.sum();
    }

    /** Whether somebody is being told. */
    boolean isBusy() {
        return current.get() != null;
    }

    /** Called now and then: lets another thread go on where one has not got on since the last call. */
    void watch() {
        Runner runner = current.get();
        if (runner != null && runner.hasStuck()) {
            startRunner(runner);
        }
    }

    private void startRunner(Runner former) {
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
        } catch (RejectedExecutionException e) {
            // It has been shut down; senders are told all the same.
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

        @SuppressWarnings("NonAtomicOperationOnVolatileField")
        private long tell(Outgoing outgoing, long before) {
            told++;
            if (slowness.get() > 0) {
                execute(() -> {
                    long begun = System.nanoTime();
                    outgoing.tell();
                    judge(System.nanoTime() - begun);
                });
                return System.nanoTime();
            }
            outgoing.tell();
            long after = System.nanoTime();
            judge(after - before);
            return after;
        }

        private void judge(long nanos) {
            if (nanos > SLOW_NANOS) {
                slowness.set(FAST_ENOUGH);
            } else if (slowness.get() > 0) {
                slowness.decrementAndGet();
            }
        }
    }
}
