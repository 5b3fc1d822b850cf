package io.github.pgpubsub.internal.work;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread of the pool: it looks for a crew that needs a thread, works for it, and looks again. It survives any exception and any stray
 * interrupt, and ends when the pool lets it.
 */
final class PoolThread implements Runnable {

    enum State {
        /** Not here yet, and perhaps it never comes. */
        STARTING,
        /** Looks for a crew, so nobody has to be woken for one. */
        SEARCHING,
        /** Parked. */
        IDLE, WORKING, ENDED
    }

    private final WorkerPool pool;
    private final Search search;
    private volatile @Nullable Thread thread;

    // Guarded by the pool's monitor; this thread reads it without.
    volatile State state = State.STARTING;
    @Nullable
    PoolThread below;

    // Guarded by the monitor of the crew that it works for; written by this thread alone.
    private volatile @Nullable Crew crew;
    private @Nullable PoolThread previous;
    @Nullable
    PoolThread next;

    /** When it began with the piece that it is working on. */
    private volatile long begun;

    PoolThread(WorkerPool pool, Search search) {
        this.pool = pool;
        this.search = search;
    }

    /** Called once. */
    void start(Thread unstarted) {
        thread = unstarted;
        unstarted.start();
    }

    boolean hasDied() {
        Thread known = thread;
        return known != null && known.getState() == Thread.State.TERMINATED;
    }

    boolean isCurrent() {
        return thread == Thread.currentThread();
    }

    void unpark() {
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            pool.arrives(this);
            while (true) {
                Crew ready = search.find(this);
                if (ready == null) {
                    return;
                }
                ready.turn(this);
            }
        } finally {
            pool.ended(this);
        }
    }

    // ---- while it works for a crew

    /** Begins to look for another piece. Returns the time. */
    long begins() {
        begun = System.nanoTime();
        return begun;
    }

    long begun() {
        return begun;
    }

    /** Whether it has been with one piece for so long that it may be blocked. */
    boolean isStuck(long now, long nanos) {
        return state == State.WORKING && now - begun > nanos;
    }

    void worksFor(Crew ready, @Nullable PoolThread others) {
        crew = ready;
        next = others;
        previous = null;
        if (others != null) {
            others.previous = this;
        }
    }

    /** Returns the next of those that work for the crew. */
    @Nullable
    PoolThread leaves() {
        PoolThread following = next;
        PoolThread before = previous;
        if (before != null) {
            before.next = following;
        }
        if (following != null) {
            following.previous = before;
        }
        crew = null;
        next = null;
        previous = null;
        // Under the crew's monitor, as interrupts are: what comes later is not meant for the next crew.
        if (isCurrent()) {
            boolean unused = Thread.interrupted();
        }
        return following;
    }

    void interrupt() {
        Thread known = thread;
        assert known != null;
        known.interrupt();
    }

    /** The crew that it works for; null: none. */
    @Nullable
    Crew crew() {
        return crew;
    }
}
