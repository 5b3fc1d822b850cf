package io.github.pgpubsub.camel;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** One subscription of a consumer, together with the shared connections that it uses. Thread-safe. */
final class Listening {

    /** Subscribes, as {@link PgPubSub#subscribe} does. */
    @FunctionalInterface
    interface Subscribing {

        Subscription subscribe(PgPubSub pubSub) throws Exception;
    }

    private final PgPubSubEndpoint endpoint;
    private final PgPubSub pubSub;
    private final Subscription subscription;
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile CompletableFuture<Void> end = CompletableFuture.completedFuture(null);

    private Listening(PgPubSubEndpoint endpoint, PgPubSub pubSub, Subscription subscription) {
        this.endpoint = endpoint;
        this.pubSub = pubSub;
        this.subscription = subscription;
    }

    /** Subscribes. Blocks and throws as {@link PgPubSub#subscribe} does. */
    static Listening begin(PgPubSubEndpoint endpoint, Subscribing subscribing) throws Exception {
        PgPubSub pubSub = endpoint.retainForListening();
        Listening begun = null;
        try {
            begun = new Listening(endpoint, pubSub, subscribing.subscribe(pubSub));
        } finally {
            if (begun == null) {
                endpoint.releasePubSub(pubSub);
            }
        }
        return begun;
    }

    Subscription subscription() {
        return subscription;
    }

    /** Revokes {@link #end}. Returns false if the end can no longer be revoked, or was never requested. */
    boolean goOn() {
        return subscription.goOn();
    }

    /**
     * Ends the subscription and releases its connections, without waiting.
     *
     * @param grace how long {@link #goOn} can revoke the end
     */
    CompletableFuture<Void> end(Duration grace) {
        end = subscription.end(grace).thenRun(() -> {
            if (released.compareAndSet(false, true)) {
                endpoint.releasePubSub(pubSub);
            }
        });
        return end;
    }

    /** The end that {@link #end} has begun last. */
    CompletableFuture<Void> ended() {
        return end;
    }

    /**
     * Number of messages to process before the subscription ends. 0 once it has ended: other consumers of the same member may
     * take the rest.
     *
     * @param inFlight exchanges that the route is processing
     */
    int pending(int inFlight) {
        return end.isDone() ? 0 : subscription.status().queued() + inFlight;
    }
}
