package io.github.pgpubsub.internal.work;

import io.github.pgpubsub.internal.Survival;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of one subscription. While there is something to take, each of them is engaged and has a thread of the pool, or waits
 * for one; a worker that finds nothing gives its thread back. Thread-safe; the monitor guards which threads work for this crew, and is
 * never held together with another lock.
 */
public final class Crew implements Takers {

    private static final Logger LOG = LoggerFactory.getLogger(Crew.class);

    /** How long a worker goes on while other crews wait for a thread. */
    static final long TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    /** Pause after a failure of the work itself, because memory may be lacking. */
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final WorkerPool pool;
    private final String name;
    private final Work work;
    private final Engagement engagement;
    private final Alarms.Alarm alarm = new Alarms.Alarm(() -> call(1));
    private volatile boolean open;
    private volatile boolean leaving;

    // Guarded by the pool's monitor, for its queue of crews.
    int waiting;
    @Nullable
    Crew behind;

    // Guarded by this crew's monitor.
    private @Nullable PoolThread hands;
    private volatile int atWork;

    /**
     * @param name for operators
     * @param most number of threads that work for this crew at once, 1 or more
     */
    public Crew(WorkerPool pool, String name, int most, Work work) {
        this.pool = pool;
        this.name = name;
        this.work = work;
        this.engagement = new Engagement(most);
    }

    /**
     * Lets the crew work. Called once. When it has left, see {@link #leave}, it begins no more.
     *
     * @throws OutOfMemoryError when the pool has no thread and can't create one; then the crew has left
     */
    public void open() {
        try {
            pool.open();
        } catch (Throwable e) {
            leaving = true;
            throw e;
        }
        opened();
    }

    /** As {@link #open}, but if no thread can be created now, the pool tries again. */
    public void openSomehow() {
        pool.openSomehow();
        opened();
    }

    private void opened() {
        boolean late;
        synchronized (this) {
            late = leaving;
            open = true;
        }
        if (late) {
            pool.close(alarm);
        }
    }

    @Override
    public void call(int pieces) {
        if (open && !leaving && pieces > 0) {
            int more = engagement.call(pieces);
            if (more > 0) {
                pool.ready(this, more);
            }
        }
    }

    @Override
    public void callIn(long nanos) {
        if (!leaving) {
            pool.callIn(alarm, nanos);
        }
    }

    /** Tells the workers to leave: each finishes the piece that it has taken, and takes no more. Idempotent. */
    public void leave() {
        boolean closes;
        synchronized (this) {
            closes = open && !leaving;
            leaving = true;
        }
        if (closes) {
            pool.close(alarm);
        }
    }

    public boolean isLeaving() {
        return leaving;
    }

    /** Whether it has been opened and not told to leave, and a thread works for it or would do so at once, or none is needed. */
    public boolean isAlive() {
        return open && !leaving
                && (atWork > 0 || pool.hasThreads() || (engagement.engaged() == 0 && pool.hasBlockedThreads()));
    }

    /** Whether it has been opened and not told to leave, no thread works for it, and none can be had. */
    public boolean isDeserted() {
        return open && !leaving && atWork == 0 && pool.lacksThreads();
    }

    /** Replaces threads of the pool that have ended without being told to, and tries again if one could not be created. */
    public void replaceEndedThreads() {
        if (open && !leaving) {
            pool.replaceEndedThreads();
        }
    }

    /** Whether the calling thread is working for this crew. */
    public synchronized boolean isOwnThread() {
        for (PoolThread each = hands; each != null; each = each.next) {
            if (each.isCurrent()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Waits until no thread works for this crew, apart from the calling one. To be called after {@link #leave}.
     *
     * @return false: the time is up before
     */
    public synchronized boolean awaitLeft(long longestNanos) throws InterruptedException {
        assert leaving;
        long end = System.nanoTime() + longestNanos;
        int own = isOwnThread() ? 1 : 0;
        while (atWork > own) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** Interrupts the threads that work for this crew now, apart from the calling one. */
    public synchronized void interrupt() {
        for (PoolThread each = hands; each != null; each = each.next) {
            if (!each.isCurrent()) {
                each.interrupt();
            }
        }
    }

    // ---- for the pool's threads

    /** Works for one engaged worker, until there is nothing to take, or other crews have waited for long enough. */
    void turn(PoolThread thread) {
        if (!begin(thread)) {
            engagement.release();
            return;
        }
        boolean more = true;
        try {
            more = goesOn(thread);
        } catch (Throwable e) {
            Survival.complain("{}: A thread that handles messages has failed and continues", name, e, LOG);
            LockSupport.parkNanos(BREATH_NANOS);
        } finally {
            end(thread, more);
        }
    }

    /** @return whether this worker is engaged still */
    private boolean goesOn(PoolThread thread) {
        long begun = thread.begun();
        while (!leaving) {
            long calls = engagement.calls();
            if (work.next()) {
                long now = thread.begins();
                if (now - begun > TURN_NANOS) {
                    if (pool.isAnyReady()) {
                        return true;
                    }
                    pool.moves(now);
                    begun = now;
                }
            } else if (engagement.release(calls)) {
                return false;
            }
        }
        engagement.release();
        return false;
    }

    private synchronized boolean begin(PoolThread thread) {
        if (leaving) {
            return false;
        }
        atWork++;
        thread.worksFor(this, hands);
        hands = thread;
        return true;
    }

    /** Also called in place of a thread that has died in its turn. */
    void end(PoolThread thread, boolean more) {
        synchronized (this) {
            if (thread.crew() != this) {
                // Somebody else has ended its turn.
                return;
            }
            PoolThread next = thread.leaves();
            hands = hands == thread ? next : hands;
            atWork--;
            if (leaving) {
                notifyAll();
            }
        }
        if (more) {
            pool.ready(this, 1);
        }
    }
}
