package io.github.pgpubsub;

import java.util.concurrent.TimeUnit;

/**
 * How long a leader may believe that it leads without having heard so from the server. After half the time in which others
 * depose it, it begins no more messages. Elapsed time is the longer of two clocks, because one of them stands still while a
 * virtual machine is suspended. Thread-safe.
 */
final class Lease {

    private record Start(long nanoTime, long wallMillis) {}

    private final long nanos;
    private volatile Start start = new Start(0, 0);

    /** @param leaderTimeoutNanos 0: nobody is deposed, the lease lasts for ever */
    Lease(long leaderTimeoutNanos) {
        this.nanos = leaderTimeoutNanos / 2;
    }

    /** Begins anew at a time that lies a moment back. */
    void renew(long sinceNanoTime) {
        long ago = System.nanoTime() - sinceNanoTime;
        start = new Start(sinceNanoTime, System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(ago));
    }

    boolean isValid() {
        if (nanos == 0) {
            return true;
        }
        Start current = start;
        long wall = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - current.wallMillis);
        return System.nanoTime() - current.nanoTime < nanos && wall < nanos;
    }
}
