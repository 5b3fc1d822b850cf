package io.github.pgpubsub.internal.delivery;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Who may touch what belongs to the session's thread: that thread, and whoever runs a command for it, because a session that
 * has ended or waits for a connection lets others run them, one at a time. Made for asserts, as
 * {@code assert thread.isCurrent()}: in production nothing is asked.
 */
public final class SessionThread {

    private final Executor session;
    /** Null: the session has not called yet. */
    private volatile @Nullable Thread thread;
    /** The thread that runs a command now; null: none does. */
    private volatile @Nullable Thread commanded;

    /** @param session runs commands on its thread, or for it; see {@link io.github.pgpubsub.internal.session.Session#execute} */
    public SessionThread(Executor session) {
        this.session = session;
    }

    /** Runs a command that may touch what belongs to the session's thread: soon, or at once. */
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

    /** Called by the session itself. False: it has called from another thread before. */
    public boolean calls() {
        Thread current = Thread.currentThread();
        if (thread == null) {
            thread = current;
        }
        return thread == current;
    }

    /** Whether the calling thread may touch what belongs to the session's thread. Before the session has called, any may. */
    public boolean isCurrent() {
        Thread current = Thread.currentThread();
        Thread known = thread;
        return known == null || known == current || commanded == current;
    }
}
