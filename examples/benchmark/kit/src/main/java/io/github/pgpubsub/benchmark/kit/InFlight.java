package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Limits the asynchronous messages that are not committed yet: enough to fill several batches, few enough to bound memory. A
 * sender over the limit waits.
 */
final class InFlight {

    private static final int PLACES = 8192;
    private static final long STUCK_SECONDS = 30;

    private final Semaphore free = new Semaphore(PLACES);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    void send(Link link, String channel, String payload) throws Exception {
        take(1);
        link.sendAsync(channel, payload, failed -> {
            if (failed != null) {
                failure.compareAndSet(null, failed);
            }
            free.release();
        });
    }

    void awaitAll() throws InterruptedException {
        take(PLACES);
        free.release(PLACES);
    }

    private void take(int places) throws InterruptedException {
        if (!free.tryAcquire(places, STUCK_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nothing was committed for %d s".formatted(STUCK_SECONDS));
        }
        if (failure.get() != null) {
            throw new IllegalStateException("asynchronous sending failed", failure.get());
        }
    }
}
