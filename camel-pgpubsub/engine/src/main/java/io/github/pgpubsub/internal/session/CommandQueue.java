package io.github.pgpubsub.internal.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Commands that other threads have for the session's thread: the one place of this package where threads meet, and its one lock.
 *
 * <p>The session's thread runs them when it comes round. While it is away, because it waits for a connection or has ended, it
 * touches nothing that commands touch, and each command is run by the thread that brings it, at once and one at a time. So what
 * the session owns belongs to its thread, or while that is away to whoever holds this monitor: see {@link #isMine}.
 *
 * <p>No command is lost and none is run twice: it is in the queue before anybody looks whether the owner is away. Whoever looks
 * too early leaves it to the owner, and an owner that goes away looks again after it has said so.
 *
 * <p>The order of locks: whoever runs a command holds this monitor, and may take others then. Nobody calls {@link #execute} with a
 * lock in hand for which a command waits.
 */
final class CommandQueue {

    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    /** The session's thread, once it runs; written by itself only. */
    private volatile Thread owner;
    private volatile boolean away;

    /** The calling thread is the session's from now on. */
    void begin() {
        owner = Thread.currentThread();
    }

    /**
     * Runs a command on the session's thread when that comes round; when it is away, at once on this one, and it has been run when
     * this returns. Any thread may call it, also from within a command.
     */
    void execute(Runnable command) {
        commands.add(command);
        if (away) {
            runIfAway();
        }
    }

    /** Runs all that wait, on the session's thread; what a command throws is thrown, and the others wait for the next time. */
    synchronized void run() {
        assert isMine() && !away;
        runAll();
    }

    /** The session's thread touches nothing from now on. Commands that wait are run first. */
    void leave() {
        assert isMine() && !away;
        away = true;
        runIfAway();
    }

    /** The session's thread is back, after the command that another one runs at this moment. */
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
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }
}
