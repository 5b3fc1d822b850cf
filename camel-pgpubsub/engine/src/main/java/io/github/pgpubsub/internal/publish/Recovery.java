package io.github.pgpubsub.internal.publish;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;

/** Waits until there is memory again. */
final class Recovery {

    private Recovery() {}

    static void pause() {
        LockSupport.parkNanos(GroupCommit.RECOVERY_NANOS);
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
