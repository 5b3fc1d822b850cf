package io.github.pgpubsub;

import io.github.pgpubsub.internal.delivery.SerialExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the calls of callbacks and listeners: on the user's executor, or on threads of its own. */
final class Callbacks implements AutoCloseable {

    /** Long enough for callbacks that keep coming; when many routes have started, their threads are soon gone. */
    private static final int IDLE_SECONDS = 2;

    private final Executor executor;
    /** Null: the executor is the user's. */
    private final @Nullable ExecutorService own;

    /** @param users null: none */
    Callbacks(@Nullable Executor users, ThreadFactory threads) {
        if (users != null) {
            own = null;
            executor = users;
        } else {
            ExecutorService pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
                    new SynchronousQueue<>(), threads);
            own = pool;
            executor = pool;
        }
        warmUp();
    }

    /**
     * Runs a first task. A pool's thread that then waits for its second task initializes classes of the JDK, in many applications for the
     * first time. If memory were lacking at that moment, these classes, and with them all such pools, would be unusable for the life of the
     * JVM.
     */
    private void warmUp() {
        new SerialExecutor(executor).execute(() -> {});
    }

    Executor executor() {
        return executor;
    }

    @Override
    public void close() {
        if (own != null) {
            own.shutdown();
        }
    }
}
