package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Workers;

/** One of this process's subscriptions in a group: its options, its listener and its threads. */
public record LocalSubscription(SubscriptionOptions options, SubscriptionListener listener, Workers workers) {}
