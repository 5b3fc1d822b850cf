/**
 * From the session's thread to the user's handler.
 *
 * <p>A {@link io.github.pgpubsub.internal.delivery.DeliveryQueue} connects two sides. The session's thread puts messages through the
 * {@link io.github.pgpubsub.internal.delivery.Intake}, which tells it whether there is room. The
 * {@link io.github.pgpubsub.internal.delivery.Workers} take them, call the handler, and mark them as done. They hold no thread while nothing
 * may begin: the queue calls them when something may, and threads of the client's pool ({@code internal.work}) work for them. A message begins only while
 * the {@link io.github.pgpubsub.internal.delivery.Lease} is valid, so that no two members of a group begin messages at once.
 *
 * <p>A {@link io.github.pgpubsub.internal.delivery.Recipient} gets messages one by one or in batches. A batch gathers in the queue and
 * is taken from it as a whole ({@link io.github.pgpubsub.internal.delivery.Gathering}), so until it begins its messages wait like all
 * others: a hand-over withdraws them, the watermark does not pass them, and no lease is needed for them.
 *
 * <p>A {@link io.github.pgpubsub.internal.delivery.SessionThread} asserts that the state of the session's thread is touched by no other
 * one: assertions run in tests and cost nothing in production. All other state here is thread-safe.
 */
@NullMarked
package io.github.pgpubsub.internal.delivery;

import org.jspecify.annotations.NullMarked;
