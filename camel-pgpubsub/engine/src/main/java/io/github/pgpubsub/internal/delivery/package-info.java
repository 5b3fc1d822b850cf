/**
 * From the session's thread to the user's handler.
 *
 * <p>A {@link io.github.pgpubsub.internal.delivery.DeliveryQueue} lies between two sides. The session's thread asks for room and puts
 * through the {@link io.github.pgpubsub.internal.delivery.Intake}; the {@link io.github.pgpubsub.internal.delivery.Workers} take, call the
 * handler and say when they are done. A message begins only while the {@link io.github.pgpubsub.internal.delivery.Lease} is valid, so
 * that no two members of a group begin messages at once.
 *
 * <p>What belongs to the session's thread is asserted with a {@link io.github.pgpubsub.internal.delivery.SessionThread}: asserts run in
 * tests and cost nothing in production. All else here is thread-safe.
 */
package io.github.pgpubsub.internal.delivery;
