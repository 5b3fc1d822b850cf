package io.github.pgpubsub;

import io.github.pgpubsub.internal.delivery.SerialExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Runs the calls of callbacks and listeners: on the user's executor, or on threads of its own. */
final class Callbacks implements AutoCloseable {

    private final Executor executor;
    /** Null: the executor is the user's. */
    private final @Nullable ExecutorService own;

    /** @param users null: none */
    Callbacks(@Nullable Executor users, ThreadFactory threads) {
        if (users != null) {
            own = null;
            executor = users;
        } else {
            ExecutorService pool = Executors.newCachedThreadPool(threads);
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
