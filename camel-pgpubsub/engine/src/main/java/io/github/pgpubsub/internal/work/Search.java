package io.github.pgpubsub.internal.work;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How a thread of the pool looks for a crew: for a moment without going to sleep, because while messages keep coming, waking a thread
 * costs more than handling a message; then it sleeps until it is woken; and after some seconds it ends. Thread-safe.
 */
final class Search {

    /** Turns of looking before it sleeps. */
    private static final int SPINS = 200;
    private static final int YIELDS = 3;
    /** How long a thread sleeps before it ends. */
    static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final WorkerPool pool;
    private final long linger;

    Search(WorkerPool pool, long linger) {
        this.pool = pool;
        this.linger = linger;
    }

    /** Null: the thread has to end. */
    @Nullable
    Crew find(PoolThread thread) {
        while (true) {
            Crew crew = look(thread);
            if (crew != null) {
                return crew;
            }
            PoolThread.State state = pool.rests(thread);
            if (state == PoolThread.State.ENDED || (state == PoolThread.State.IDLE && !awaken(thread))) {
                return null;
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private @Nullable Crew look(PoolThread thread) {
        Crew crew = pool.take(thread);
        for (int i = 0; crew == null && i < SPINS + YIELDS; i++) {
            if (pool.isAnyReady()) {
                crew = pool.take(thread);
            } else if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        return crew;
    }

    /** Sleeps until it is woken. Returns false when it has to end. */
    private boolean awaken(PoolThread thread) {
        long end = System.nanoTime() + linger;
        while (thread.state == PoolThread.State.IDLE) {
            long left = end - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
                // An interrupt would end each further sleep at once.
                boolean unused = Thread.interrupted();
            } else if (pool.mayEnd(thread)) {
                return false;
            } else {
                end = System.nanoTime() + linger;
            }
        }
        return true;
    }
}
