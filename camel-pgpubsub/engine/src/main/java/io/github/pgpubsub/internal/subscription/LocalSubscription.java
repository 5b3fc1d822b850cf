package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Workers;

/** One subscription of this process in a group: what it wants, who hears of it, and its threads. */
public record LocalSubscription(SubscriptionOptions options, SubscriptionListener listener, Workers workers) {}
