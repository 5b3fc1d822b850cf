/**
 * LISTEN/NOTIFY for Java programs: open, subscribe, publish, close. Knows no Camel.
 *
 * <p>A message's way in: the server sends a notification to the {@link io.github.pgpubsub.session.Session}, which reads it in
 * order and hands it to whoever listens to its channel: to every subscription for itself, or to the member that stands for a
 * group, which takes it if it leads ({@link io.github.pgpubsub.lead.Leadership}). What this process itself sent is left out
 * where that was asked for. What remains goes into a bounded queue, from which the subscription's own threads take it and
 * call the {@link io.github.pgpubsub.MessageHandler}.
 *
 * <p>A message's way out: {@link io.github.pgpubsub.PgPubSub#publish} checks it and queues it at the
 * {@link io.github.pgpubsub.publish.Publisher}, which sends all that waits as one commit and then tells each sender.
 *
 * <pre>
 *   publish ──▶ publish.Publisher ══▶ server ══▶ session.Session ──▶ Broadcast or Member ──▶ DeliveryQueue ──▶ handler
 *                                                                       (lead.Leadership)
 * </pre>
 *
 * <p>Imports run downwards only: this package on {@code session}, {@code publish} and {@code lead}, those on {@code connect}.
 */
package io.github.pgpubsub;
