package io.github.pgpubsub.internal.delivery;

import java.util.LinkedList;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks on another executor one after the other, in the order in which they came. A task that fails does not keep the
 * next from its turn; those that the executor refuses wait until it takes one again. Never throws. Thread-safe.
 */
public final class SerialExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    /** Tasks that wait for an executor which refuses them; the oldest are forgotten. */
    private static final int MOST_REFUSED = 1000;

    private final Executor executor;
    /** Not an array, which forgets all that it holds when there is no memory for a larger one. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<Runnable> waiting = new LinkedList<>();
    private boolean running;

    public SerialExecutor(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        try {
            synchronized (this) {
                waiting.add(task);
                if (running) {
                    return;
                }
                running = true;
            }
            executor.execute(this::run);
        } catch (Throwable e) {
            refused();
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
                // Left behind by the task, it is not meant for the next one.
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
            // There is nobody left to tell.
        }
    }
}
