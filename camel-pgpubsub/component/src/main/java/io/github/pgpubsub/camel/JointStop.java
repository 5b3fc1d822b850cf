package io.github.pgpubsub.camel;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets the consumers that stop with their context leave together: Camel suspends one consumer after the other, and with a thousand of
 * them the farewells of each add up. The last one waits for all, so that Camel finds no exchange in flight, for which it would sleep a
 * second. A route with a startup order leaves by itself: what others still send to it must find it. Thread-safe.
 */
final class JointStop {

    /** How many leave at once, unless they hang. Each has a thread of its own. */
    private static final int MOST = 32;
    private static final long PATIENCE_MILLIS = 1000;

    private final Semaphore places = new Semaphore(MOST);
    private final Queue<Listenings> leaving = new ConcurrentLinkedQueue<>();

    /**
     * Begins to end the current subscription. Waits for as long as too many others are leaving, and if it is the last, for all as long as
     * exchanges finish.
     *
     * @param haveAllLeft whether this was the component's last consumer
     */
    void leave(Listenings listenings, BooleanSupplier haveAllLeft) {
        begin(listenings);
        leaving.add(listenings);
        if (haveAllLeft.getAsBoolean()) {
            for (Listenings each = leaving.poll(); each != null; each = leaving.poll()) {
                each.awaitSuspended();
            }
        }
    }

    private void begin(Listenings listenings) {
        boolean hasPlace = hasPlace();
        boolean leaves = false;
        try {
            CompletableFuture<Void> unused = listenings.beginEnd().whenComplete((nothing, failure) -> giveUp(hasPlace));
            leaves = true;
        } finally {
            if (!leaves) {
                giveUp(hasPlace);
            }
        }
    }

    /** False: others hang, or Camel's time is up, and it interrupts the thread, so nothing is waited for. */
    private boolean hasPlace() {
        try {
            return places.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void giveUp(boolean place) {
        if (place) {
            places.release();
        }
    }
}
