package io.github.pgpubsub.internal.work;

import io.github.pgpubsub.internal.Survival;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates a pool's threads, and remembers whether that works. It may not: no native thread or no memory can be had for the moment, or the
 * code of the user that creates threads makes some that end at once. Thread-safe.
 */
final class Recruiting {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

    /** Pause after a thread could not be created. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String name;
    private final Function<Runnable, Thread> threads;
    private volatile boolean failing;
    private volatile long retryAt = System.nanoTime();

    /** @param threads creates an unstarted thread from a task */
    Recruiting(String name, Function<Runnable, Thread> threads) {
        this.name = name;
        this.threads = threads;
    }

    /** Creates a thread and starts it, or throws. */
    void start(PoolThread recruit) {
        recruit.start(threads.apply(recruit));
    }

    /** Whether the last attempt to get a thread has failed, and no thread has shown since that threads are to be had. */
    boolean isFailing() {
        return failing;
    }

    /** Whether it makes sense to try now: not right after a failure. */
    boolean isTimeToTry() {
        return !failing || System.nanoTime() - retryAt >= 0;
    }

    /** A thread looks for a crew. */
    void succeeded() {
        if (failing) {
            failing = false;
        }
    }

    /** No thread could be created. */
    void failed(Throwable failure) {
        boolean first = !failing;
        failing = true;
        retryAt = System.nanoTime() + RETRY_NANOS;
        if (first) {
            Survival.complain("{}: no thread that handles messages can be created now", name, failure, LOG);
        }
    }

    /** A thread has ended without having looked for a crew. */
    void ended() {
        failing = true;
        retryAt = System.nanoTime() + RETRY_NANOS;
    }
}
