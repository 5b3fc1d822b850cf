package io.github.pgpubsub.internal.work;

import io.github.pgpubsub.internal.work.PoolThread.State;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The threads that all subscriptions of a client share. A {@link Crew} with something to take waits here for a thread. No thread is woken
 * while one is looking for a crew, or soon will be because its work is short. If all are blocked, the {@link Supervisor} provides one. One
 * thread stays idle in any case, so that a single message needs no new one. Thread-safe. Nothing but the creation of a thread needs
 * memory. The monitor is the innermost lock: no call out of here is made under it.
 */
public final class WorkerPool {

    /** A thread that has been with one piece for longer may be blocked. More than a crew's turn. */
    static final long PACE_NANOS = 2 * Crew.TURN_NANOS;
    /** How long the supervisor keeps checking once no crew waits any more: waking it costs as much as waking any thread. */
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Search search;
    private final Recruiting recruiting;
    private final Supervisor supervisor;
    /** Makes threads that open, close or mend the pool do so one after the other. Taken before the monitor. */
    private final Object opening = new Object();

    // Guarded by the monitor; what is volatile is read without.
    private final ReadyQueue ready = new ReadyQueue();
    private final Growth growth = new Growth(Runtime.getRuntime().availableProcessors());
    private final Roster roster = new Roster();
    private volatile boolean anyReady;
    /** Number of crews that are open. */
    private int crews;
    /** Whether the supervisor will look soon without being woken. */
    private boolean watched;
    private long waitedAt;
    /** When a thread last began with a crew, or went on with it after a turn. */
    private volatile long moved;

    /**
     * @param name    prefix of the names of threads
     * @param threads creates an unstarted thread from a name and a task
     */
    public WorkerPool(String name, BiFunction<String, Runnable, Thread> threads) {
        this(name, threads, Search.LINGER_NANOS);
    }

    /** @param linger how long a thread sleeps before it ends, in nanoseconds */
    WorkerPool(String name, BiFunction<String, Runnable, Thread> threads, long linger) {
        this.search = new Search(this, linger);
        this.recruiting = new Recruiting(name, task -> threads.apply(name + " worker", task));
        this.supervisor = new Supervisor(this, task -> threads.apply(name + " supervisor", task));
    }

    // ---- for crews

    /** Opens the pool for another crew. Throws if it has no thread and can't create one. */
    void open() {
        synchronized (opening) {
            count(1);
            try {
                supervisor.start();
                createFirst();
            } catch (Throwable e) {
                closeOne();
                throw e;
            }
        }
    }

    /** As {@link #open}, but what fails now is tried again later. */
    void openSomehow() {
        synchronized (opening) {
            count(1);
            mend();
        }
    }

    void close(Alarms.Alarm alarm) {
        supervisor.cancel(alarm);
        synchronized (opening) {
            closeOne();
        }
    }

    private void closeOne() {
        if (count(-1) == 0) {
            supervisor.end();
            synchronized (this) {
                watched = false;
                for (PoolThread each = roster.wakeOne(); each != null; each = roster.wakeOne()) {
                    each.unpark();
                }
            }
        }
    }

    private synchronized int count(int more) {
        crews += more;
        return crews;
    }

    /** So many workers of a crew need a thread. */
    void ready(Crew crew, int workers) {
        PoolThread woken = null;
        boolean watches = false;
        synchronized (this) {
            ready.add(crew, workers);
            anyReady = true;
            if (roster.searching() == 0) {
                if (roster.isAnyIdle() && (roster.working() == 0 || System.nanoTime() - moved > PACE_NANOS)) {
                    woken = roster.wakeOne();
                } else {
                    watches = watch();
                }
            }
        }
        if (woken != null) {
            woken.unpark();
        } else if (watches) {
            supervisor.wake();
        }
    }

    boolean isAnyReady() {
        return anyReady;
    }

    /** A thread goes on with a crew after a turn. */
    void moves(long now) {
        moved = now;
    }

    void callIn(Alarms.Alarm alarm, long nanos) {
        supervisor.callIn(alarm, nanos);
    }

    /** Whether a crew would get a thread, as far as is known. */
    boolean hasThreads() {
        return roster.arrived() > 0 && !recruiting.isFailing();
    }

    /** Whether there are threads, even if they are all at work and no more can be had. */
    boolean hasBlockedThreads() {
        return roster.arrived() > 0;
    }

    /** Whether a crew would get none. A thread that was started counts until it has ended without having come here. */
    boolean lacksThreads() {
        if (recruiting.isFailing() || roster.arrived() > 0) {
            return recruiting.isFailing();
        }
        synchronized (this) {
            return roster.areAllDead();
        }
    }

    /** Replaces threads that have ended without being told to, and tries again if none could be created. */
    void replaceEndedThreads() {
        synchronized (opening) {
            if (count(0) > 0) {
                mend();
            }
        }
    }

    private void mend() {
        try {
            supervisor.start();
            buryTheDead();
            boolean tries;
            synchronized (this) {
                tries = recruiting.isFailing() && roster.starting() == 0;
            }
            if (tries && recruiting.isTimeToTry()) {
                create();
            } else {
                createFirst();
            }
        } catch (Throwable e) {
            recruiting.failed(e);
        }
        boolean watches;
        synchronized (this) {
            watches = !ready.isEmpty();
            watched |= watches;
        }
        if (watches) {
            supervisor.wake();
        }
    }

    // ---- for its threads

    /** A thread begins to look for crews. */
    synchronized void arrives(PoolThread thread) {
        roster.become(thread, State.SEARCHING);
        recruiting.succeeded();
    }

    /** The crew that has waited longest; null: none waits. */
    @Nullable
    Crew take(PoolThread thread) {
        boolean watches = false;
        Crew crew;
        synchronized (this) {
            crew = ready.take();
            anyReady = !ready.isEmpty();
            recruiting.succeeded();
            if (crew == null) {
                roster.become(thread, State.SEARCHING);
            } else {
                moved = thread.begins();
                roster.become(thread, State.WORKING);
                watches = anyReady && roster.searching() == 0 && watch();
            }
        }
        if (watches) {
            supervisor.wake();
        }
        return crew;
    }

    /** A thread that has found no crew goes to sleep, unless one waits now or the pool is closed. Returns its new state. */
    synchronized State rests(PoolThread thread) {
        if (ready.isEmpty()) {
            roster.become(thread, crews > 0 ? State.IDLE : State.ENDED);
        }
        return thread.state;
    }

    /** Whether a thread that has slept for long ends: one stays. */
    synchronized boolean mayEnd(PoolThread thread) {
        if (thread.state != State.IDLE || (crews > 0 && roster.isOnlyIdle(thread))) {
            return false;
        }
        roster.become(thread, State.ENDED);
        return true;
    }

    /** A thread has ended, told to or not. */
    void ended(PoolThread thread) {
        boolean watches;
        synchronized (this) {
            roster.become(thread, State.ENDED);
            // Crews may have counted on it.
            watches = !ready.isEmpty() && roster.searching() == 0 && watch();
        }
        if (watches) {
            supervisor.wake();
        }
        Crew left = thread.crew();
        if (left != null) {
            left.end(thread, true);
        }
    }

    // ---- for the supervisor

    /** Whether the supervisor has to be woken to look. Under the monitor. */
    private boolean watch() {
        boolean wakes = !watched;
        watched = true;
        return wakes;
    }

    /** Gives threads to crews that wait and would get none. Returns whether to call again soon. */
    boolean supervise(long now) {
        synchronized (this) {
            if (ready.isEmpty()) {
                growth.satisfied();
                watched = watched && now - waitedAt < WATCH_NANOS;
                return watched;
            }
            waitedAt = now;
            watched = true;
        }
        buryTheDead();
        int wanted;
        synchronized (this) {
            wanted = ready.isEmpty() ? 0 : growth.wanted(ready, roster.working(), roster.stuck(now, PACE_NANOS),
                    roster.searching() + roster.starting());
        }
        for (int i = 0; i < wanted && addThread(); i++) {
            // Until there are enough, or no more can be had.
        }
        return true;
    }

    private boolean addThread() {
        PoolThread woken;
        synchronized (this) {
            woken = roster.wakeOne();
        }
        if (woken != null) {
            woken.unpark();
            return true;
        }
        try {
            boolean tries = recruiting.isTimeToTry();
            if (tries) {
                create();
            }
            return tries;
        } catch (Throwable e) {
            recruiting.failed(e);
            return false;
        }
    }

    private void createFirst() {
        boolean first;
        synchronized (this) {
            first = roster.isEmpty();
        }
        if (first) {
            create();
        }
    }

    private void create() {
        PoolThread recruit = new PoolThread(this, search);
        synchronized (this) {
            roster.add(recruit);
        }
        try {
            recruiting.start(recruit);
        } catch (Throwable e) {
            if (recruit.state == State.STARTING) {
                ended(recruit);
            }
            throw e;
        }
    }

    /** An error of the VM can't be caught everywhere, and user code creates the threads. */
    private void buryTheDead() {
        for (PoolThread dead = dead(); dead != null; dead = dead()) {
            if (dead.state == State.STARTING) {
                recruiting.ended();
            }
            ended(dead);
        }
    }

    private synchronized @Nullable PoolThread dead() {
        return roster.dead();
    }
}
