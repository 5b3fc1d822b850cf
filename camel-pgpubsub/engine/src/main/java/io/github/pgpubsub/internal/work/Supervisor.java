package io.github.pgpubsub.internal.work;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The thread that sees whether crews wait for threads, and that rings alarms. It sleeps without end while there is nothing to see.
 * Thread-safe.
 */
final class Supervisor implements Runnable {

    /** Interval at which it looks while crews wait for threads. */
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final WorkerPool pool;
    private final Function<Runnable, Thread> maker;
    private final Alarms alarms = new Alarms();
    private volatile @Nullable Thread thread;

    /** @param maker creates an unstarted thread from a task */
    Supervisor(WorkerPool pool, Function<Runnable, Thread> maker) {
        this.pool = pool;
        this.maker = maker;
    }

    /** Starts its thread, unless it runs. Guarded by the pool's opening lock. */
    void start() {
        Thread known = thread;
        if (known == null || !known.isAlive()) {
            Thread next = maker.apply(this);
            thread = next;
            next.start();
        }
    }

    /** Lets its thread end. Guarded by the pool's opening lock. */
    void end() {
        Thread known = thread;
        thread = null;
        LockSupport.unpark(known);
    }

    void wake() {
        LockSupport.unpark(thread);
    }

    void callIn(Alarms.Alarm alarm, long nanos) {
        if (alarms.set(alarm, System.nanoTime() + nanos)) {
            wake();
        }
    }

    void cancel(Alarms.Alarm alarm) {
        alarms.cancel(alarm);
    }

    @Override
    public void run() {
        Thread current = Thread.currentThread();
        while (thread == current) {
            boolean looked = looks();
            // An interrupt would end each further sleep at once, and nothing interrupts this thread on purpose.
            boolean unused = Thread.interrupted();
            if (!looked) {
                LockSupport.parkNanos(this, BREATH_NANOS);
            }
        }
    }

    /** False: it has failed. Memory is lacking, for example. */
    private boolean looks() {
        try {
            look();
            return true;
        } catch (Throwable e) {
            return false;
        }
    }

    private void look() {
        long now = System.nanoTime();
        for (Alarms.Alarm due = alarms.due(now); due != null; due = alarms.due(now)) {
            due.ring();
        }
        long sleep = Math.min(pool.supervise(now) ? TICK_NANOS : Alarms.NONE, alarms.remaining(System.nanoTime()));
        if (sleep == Alarms.NONE) {
            LockSupport.park(this);
        } else if (sleep > 0) {
            LockSupport.parkNanos(this, sleep);
        }
    }
}
