/**
 * One subscription from its begin to its end. {@link io.github.pgpubsub.internal.subscription.BroadcastSubscription} receives for
 * itself. A {@link io.github.pgpubsub.internal.subscription.GroupSubscription} receives while the member that it belongs to leads.
 *
 * <p>That member is a {@link io.github.pgpubsub.internal.subscription.GroupMembership}: one for a session, a channel and a group, for all
 * {@link io.github.pgpubsub.internal.subscription.LocalSubscriptions} together. It carries what the session tells to a
 * {@link io.github.pgpubsub.internal.election.Leadership}; {@code LeadershipEffects} does what that wants. What it asks for on one
 * connection is its {@code MemberStream}, what other threads see its {@code MembershipView}. A member that could not receive steps
 * aside ({@code SteppingAside}).
 *
 * <p>Locks: {@code LocalSubscriptions} holds its monitor while it makes and starts threads, and its other lock while one leaves;
 * {@code End} holds its monitor while it asks the queue. None of them calls a handler, a listener or the session under a lock. All
 * else belongs to the session's thread, which is asserted.
 */
package io.github.pgpubsub.internal.subscription;
