package io.github.pgpubsub.internal.delivery;

import java.util.LinkedList;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks on another executor, one after the other, in order of arrival. The next task runs even if a task fails. If the executor
 * refuses, the tasks wait until it accepts one again. Never throws. Thread-safe.
 */
public final class SerialExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    /** Maximum number of tasks that wait while the executor refuses; the oldest are dropped. */
    private static final int MOST_REFUSED = 1000;

    private final Executor executor;
    /** A linked list, because an ArrayDeque that fails to grow for lack of memory loses its elements. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<Runnable> waiting = new LinkedList<>();
    private boolean running;

    public SerialExecutor(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        boolean begins = false;
        try {
            synchronized (this) {
                waiting.add(task);
                if (running) {
                    return;
                }
                begins = true;
                running = true;
            }
            executor.execute(this::run);
        } catch (Throwable e) {
            if (begins) {
                // If memory was lacking before that, another thread may run the tasks.
                refused();
            }
            complain("A callback can't be run now", e);
        }
    }

    private synchronized void refused() {
        running = false;
        while (waiting.size() > MOST_REFUSED) {
            waiting.remove();
        }
    }

    private void run() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (Throwable e) {
                complain("A callback has failed", e);
            } finally {
                // An interrupt flag that the task leaves behind is not meant for the next one.
                Thread.interrupted();
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = waiting.poll();
        running = task != null;
        return task;
    }

    private static void complain(String what, Throwable failure) {
        try {
            if (failure instanceof RejectedExecutionException) {
                LOG.debug(what, failure);
            } else {
                LOG.error(what, failure);
            }
        } catch (Throwable e) {
            // Logging failed, and there is nowhere else to report it.
        }
    }
}
