package io.github.pgpubsub.internal.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Commands that other threads have for the session's thread: the one place of this package where threads meet, and its one lock.
 *
 * <p>The session's thread runs them when it comes round. While that thread is away, because it waits for a connection or has ended,
 * each command is run by the thread that brings it, at once and one at a time. So the state of a session belongs to its thread, or
 * while that is away to the holder of this monitor: see {@link #isMine}.
 *
 * <p>No command is lost and none is run twice, but for one that runs out of memory: a command is in the queue before its bringer looks whether the owner is away. A bringer
 * that finds the owner present leaves the command to it, and an owner that goes away looks into the queue after saying so.
 *
 * <p>Lock order: commands run with this monitor held, and may take other locks. {@link #execute} is never called with a lock in hand
 * that a command may wait for.
 */
final class CommandQueue {

    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    /** The command that ran out of memory, to be run again before all others; guarded by this monitor. Null: none. */
    private @Nullable Runnable unfinished;
    /** The session's thread, once it runs; written by itself only. */
    private volatile @Nullable Thread owner;
    private volatile boolean away;

    /** The calling thread is the session's from now on. */
    void begin() {
        owner = Thread.currentThread();
    }

    /**
     * Runs a command: on the session's thread when that comes round, or while that is away on this thread before this method returns.
     * Any thread may call it, also from within a command. A command that runs out of memory is run once more, from its beginning.
     */
    void execute(Runnable command) {
        commands.add(command);
        if (away) {
            runIfAway();
        }
    }

    /** Runs all waiting commands, on the session's thread. An exception of one is thrown; the rest wait for the next call. */
    synchronized void run() {
        assert isMine() && !away;
        runAll();
    }

    /**
     * The session's thread touches nothing of the session after this call, which runs the waiting commands. Where memory lacks for
     * them it may be called again.
     */
    void leave() {
        assert Thread.currentThread() == owner;
        away = true;
        runIfAway();
    }

    /** The session's thread is back; waits for the command that another thread runs at this moment. */
    synchronized void comeBack() {
        assert Thread.currentThread() == owner;
        away = false;
    }

    boolean isAway() {
        return away;
    }

    /** Whether the calling thread may touch what belongs to the session; for assertions. */
    boolean isMine() {
        return away ? Thread.holdsLock(this) : Thread.currentThread() == owner;
    }

    private synchronized void runIfAway() {
        if (away) {
            runAll();
        }
    }

    private void runAll() {
        for (Runnable command = next(); command != null; command = next()) {
            try {
                command.run();
            } catch (OutOfMemoryError e) {
                unfinished = command;
                throw e;
            }
        }
    }

    private @Nullable Runnable next() {
        Runnable again = unfinished;
        unfinished = null;
        return again == null ? commands.poll() : again;
    }
}
