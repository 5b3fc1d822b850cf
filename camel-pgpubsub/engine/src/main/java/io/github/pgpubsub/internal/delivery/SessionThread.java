package io.github.pgpubsub.internal.delivery;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Tells who may touch the state of the session's thread: that thread, and a thread that runs a command for it, because a session that
 * has ended or is connecting lets other threads run commands, one at a time. Meant for assertions, as in
 * {@code assert thread.isCurrent()}, so production is not checked.
 */
public final class SessionThread {

    private final Executor session;
    /** Null until the session's first call. */
    private volatile @Nullable Thread thread;
    /** The thread that is running a command; null: none. */
    private volatile @Nullable Thread commanded;

    /** @param session runs commands on its thread or for it; see {@link io.github.pgpubsub.internal.session.Session#execute} */
    public SessionThread(Executor session) {
        this.session = session;
    }

    /** Runs a command that may touch the state of the session's thread: soon, or at once. */
    public void execute(Runnable command) {
        session.execute(() -> {
            Thread outer = commanded;
            commanded = Thread.currentThread();
            try {
                command.run();
            } finally {
                commanded = outer;
            }
        });
    }

    /** For calls by the session itself. False if an earlier call came from another thread. */
    public boolean calls() {
        Thread current = Thread.currentThread();
        if (thread == null) {
            thread = current;
        }
        return thread == current;
    }

    /** Whether the calling thread may touch the state of the session's thread. Before the session's first call, every thread may. */
    public boolean isCurrent() {
        Thread current = Thread.currentThread();
        Thread known = thread;
        return known == null || known == current || commanded == current;
    }
}
