/**
 * A subscription from start to end. A {@link io.github.pgpubsub.internal.subscription.BroadcastSubscription} receives independently of
 * all others. A {@link io.github.pgpubsub.internal.subscription.GroupSubscription} receives while the member that it belongs to leads.
 *
 * <p>This member is a {@link io.github.pgpubsub.internal.subscription.GroupMembership}: one for each session, channel and group, for all
 * {@link io.github.pgpubsub.internal.subscription.LocalSubscriptions} together. It passes the session's events to a
 * {@link io.github.pgpubsub.internal.election.Leadership}, whose requests {@code LeadershipEffects} carries out: on the connection
 * ({@code MemberStream}), at the queue ({@code MemberDelivery}), and in the state that other threads see ({@code MembershipView}). A
 * member that can't receive steps aside ({@code SteppingAside}). A member whose subscription ends leaves in any case, also if memory is
 * lacking for the orderly end: it has no workers any more. Whatever is open when its client is closed ends then ({@code OpenSubscriptions}).
 *
 * <p>Locks: {@code LocalSubscriptions} holds its monitor while it creates and starts threads, and its other lock while a subscription
 * leaves; {@code End} holds its monitor while it asks the queue. No class here calls a handler, a listener or the session under a lock.
 * All other state belongs to the session's thread, which is asserted.
 */
@NullMarked
package io.github.pgpubsub.internal.subscription;

import org.jspecify.annotations.NullMarked;
