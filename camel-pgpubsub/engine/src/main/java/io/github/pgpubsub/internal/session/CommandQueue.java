package io.github.pgpubsub.internal.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Commands of other threads for the session's thread: the only place of this package where threads meet, and its only lock.
 *
 * <p>The session's thread runs the commands in its loop. While it is away, because it is connecting or has ended, each command is
 * run at once by the thread that brings it, one at a time. So the state of a session belongs to its thread, or while that thread is
 * away to the holder of this monitor: see {@link #isMine}.
 *
 * <p>No command is lost, and none runs twice except a command that runs out of memory: a thread adds its command before it checks
 * whether the owner is away. If the owner is present, the owner runs the command; an owner that goes away checks the queue after it
 * has set the flag.
 *
 * <p>Lock order: commands run with this monitor held, and may take other locks. {@link #execute} is never called with a lock held
 * that a command may wait for.
 */
final class CommandQueue {

    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    /** The command that ran out of memory: it runs again before all others. Guarded by this monitor. Null: none. */
    private @Nullable Runnable unfinished;
    /** The session's thread; null until it runs. Written by this thread only. */
    private volatile @Nullable Thread owner;
    private volatile boolean away;

    /** Makes the calling thread the session's thread. */
    void begin() {
        owner = Thread.currentThread();
    }

    /**
     * Runs a command: in the loop of the session's thread, or while that thread is away on this thread before this method returns.
     * Any thread may call it, also from within a command. A command that runs out of memory runs again from its beginning.
     */
    void execute(Runnable command) {
        commands.add(command);
        if (away) {
            runIfAway();
        }
    }

    /** Runs all waiting commands on the session's thread. Throws the exception of a command; the next call runs the rest. */
    synchronized void run() {
        assert isMine() && !away;
        runAll();
    }

    /**
     * Called when the session's thread goes away: after this call it touches nothing of the session. Runs the waiting commands. May
     * be called again if memory was lacking for them.
     */
    void leave() {
        assert Thread.currentThread() == owner;
        away = true;
        runIfAway();
    }

    /** Called when the session's thread is back; waits for a command that another thread is running. */
    synchronized void comeBack() {
        assert Thread.currentThread() == owner;
        away = false;
    }

    boolean isAway() {
        return away;
    }

    /** Whether the calling thread may touch the session's state; for assertions. */
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
