package io.github.pgpubsub.camel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * Lets the consumers that stop with their context leave together: Camel suspends one consumer after the other, and with a thousand of
 * them the farewells of each add up. Then Camel stops each of them, which waits for its end. Thread-safe.
 */
final class JointStop {

    /** How many may be leaving at once. Each has a thread of its own. */
    private static final int MOST = 32;

    private final Semaphore places = new Semaphore(MOST);

    /** Begins to end the current subscription. Waits for as long as too many others are leaving. */
    void leave(Listenings listenings) {
        places.acquireUninterruptibly();
        CompletableFuture<Void> unused = listenings.beginEnd().whenComplete((nothing, failure) -> places.release());
    }
}
