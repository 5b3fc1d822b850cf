package io.github.pgpubsub.internal.work;

import java.util.concurrent.TimeUnit;

/** Replaces threads that have ended, once a second at most. Belongs to one thread. */
public final class Remedy {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runnable replaceEndedThreads;
    private long next = System.nanoTime();

    public Remedy(Runnable replaceEndedThreads) {
        this.replaceEndedThreads = replaceEndedThreads;
    }

    /** To be called often. */
    public void ifDue(long now) {
        if (now - next >= 0) {
            next = now + INTERVAL_NANOS;
            replaceEndedThreads.run();
        }
    }
}
