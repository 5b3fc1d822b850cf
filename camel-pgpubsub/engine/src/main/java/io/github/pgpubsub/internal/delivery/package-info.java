/**
 * From the session's thread to the user's handler.
 *
 * <p>A {@link io.github.pgpubsub.internal.delivery.DeliveryQueue} has two sides: the session's thread puts and asks for room, the
 * {@link io.github.pgpubsub.internal.delivery.Workers} take, call the handler and say when they are done. A message begins only while
 * the {@link io.github.pgpubsub.internal.delivery.Lease} is valid, so that no two members of a group begin messages at once.
 */
package io.github.pgpubsub.internal.delivery;
