package io.github.pgpubsub.internal.publish;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;

/** Pauses after an unexpected failure, so that repeated failures do not make a busy loop: memory may be lacking. */
final class Recovery {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private Recovery() {}

    static void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /** Takes a lock after a pause. Until Java 21 a thread needs memory to wait for a lock. */
    static void lock(Lock lock) {
        while (true) {
            try {
                pause();
                lock.lock();
                return;
            } catch (OutOfMemoryError e) {
                // Trying again.
            }
        }
    }
}
