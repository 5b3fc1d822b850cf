package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.SubscriptionStatus;

/** A consumer as its operators see it. */
public interface ManagedConsumer {

    /** Null for a consumer without a route, of a {@code ConsumerTemplate} or {@code pollEnrich}. */
    String getRouteId();

    String getChannel();

    /** Empty without a single listener. */
    String getGroup();

    /** How it stands; null: stopped or suspended. */
    SubscriptionStatus status();

    /**
     * How many advisory locks the consumers of its context hold at the server as leaders and standbys: two for each group. Taking
     * over and joining need up to two more of a group for a moment.
     */
    int getContextLocks();

    /** Application name of the backend that leads its group, empty: none known, or not yet. Waits half a second at most. */
    String getLeaderName();
}
