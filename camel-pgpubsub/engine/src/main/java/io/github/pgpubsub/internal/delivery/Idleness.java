package io.github.pgpubsub.internal.delivery;

import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Who waits until a queue is idle. The lock of the queue guards it. */
final class Idleness {

    private final Condition idle;
    /** Number of threads that wait. */
    private int waiting;
    private @Nullable Runnable callback;

    Idleness(Condition idle) {
        this.idle = idle;
    }

    boolean isAwaited() {
        return callback != null || waiting > 0;
    }

    /** Tells a callback once, in place of an earlier one: see {@link #begins}. */
    void tell(Runnable called) {
        callback = called;
    }

    /** A callback that was told has failed. Another one may have come meanwhile; it asks for the same. */
    void tellAgain(Runnable failed) {
        callback = callback == null ? failed : callback;
    }

    /** The queue is idle now. Returns the callback to be told, without the lock; null: none. */
    @Nullable
    Runnable begins() {
        idle.signalAll();
        Runnable told = callback;
        callback = null;
        return told;
    }

    /** False if the time is up before. */
    boolean await(long nanos, BooleanSupplier isIdle) throws InterruptedException {
        waiting++;
        try {
            long left = nanos;
            while (!isIdle.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } finally {
            waiting--;
        }
    }
}
