package io.github.pgpubsub.camel;

import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** One subscription of a consumer and the shared connections that it uses, from its begin to its end. Thread-safe. */
final class Listening {

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

    /** Subscribes; blocks as {@link PgPubSub#subscribe} does, and throws the same. */
    static Listening begin(PgPubSubEndpoint endpoint, SubscriptionOptions options, MessageHandler handler,
            SubscriptionListener listener)
            throws Exception {
        PgPubSub pubSub = endpoint.retainForListening();
        Listening begun = null;
        try {
            begun = new Listening(endpoint, pubSub, pubSub.subscribe(options, handler, listener));
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

    /** Takes an end back. False: it is too late for that, or there was none. */
    boolean goOn() {
        return subscription.goOn();
    }

    /**
     * Ends the subscription and lets its connections go; does not wait.
     *
     * @param grace how long {@link #goOn} may take that back
     */
    CompletableFuture<Void> end(Duration grace) {
        end = subscription.end(grace).thenRun(() -> {
            if (released.compareAndSet(false, true)) {
                endpoint.releasePubSub(pubSub);
            }
        });
        return end;
    }

    /**
     * What is to be processed before the end; with others behind the same member, the rest is for them.
     *
     * @param inFlight exchanges that are with the route
     */
    int pending(int inFlight) {
        return end.isDone() ? 0 : subscription.status().queued() + inFlight;
    }
}
