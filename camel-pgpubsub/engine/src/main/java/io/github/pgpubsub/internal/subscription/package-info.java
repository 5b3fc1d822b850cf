/**
 * One subscription from its begin to its end: as one that receives for itself
 * ({@link io.github.pgpubsub.internal.subscription.BroadcastSubscription}), or as one of those that a member of a group has in this
 * process ({@link io.github.pgpubsub.internal.subscription.GroupSubscription},
 * {@link io.github.pgpubsub.internal.subscription.GroupMembership}).
 */
package io.github.pgpubsub.internal.subscription;
