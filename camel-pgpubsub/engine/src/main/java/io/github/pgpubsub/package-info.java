/**
 * LISTEN/NOTIFY for Java programs: open, subscribe, publish, close. Knows no Camel.
 *
 * <p>What a program types is here, what operators look at in {@link io.github.pgpubsub.status}, how to get connections in
 * {@link io.github.pgpubsub.connect}. All else is {@code internal} and may change without notice.
 *
 * <p>A message's way in: the server sends a notification to the session, which reads it in order and hands it to whoever listens
 * to its channel: to every subscription for itself, or to this process's membership in a group, which takes it if it leads. What
 * this process itself sent is left out where that was asked for. What remains goes into a bounded queue, from which the
 * subscription's own threads take it and call the {@link io.github.pgpubsub.MessageHandler}.
 *
 * <p>A message's way out: {@link io.github.pgpubsub.PgPubSub#publish} checks it and queues it at the publisher, which sends all
 * that waits as one commit and then tells each sender.
 *
 * <pre>
 *   server ══▶ internal.session.Session ──▶ internal.subscription.BroadcastSubscription or GroupMembership ──▶
 *                                                                    (internal.election.Leadership)
 *              internal.delivery.DeliveryQueue ──▶ Workers ──▶ handler
 *
 *   publish ──▶ internal.publish.PublishQueue ──▶ GroupCommit ══▶ server
 * </pre>
 *
 * <p>Floors, each of which knows only those below it:
 *
 * <pre>
 *   PgPubSub                                        puts the parts together
 *   internal.subscription                           one subscription, or one member of a group, from its begin to its end
 *   internal.delivery                               the queue, and the threads that call the handler
 *   internal.session   internal.publish             a connection and its thread: to listen, to send
 *   internal.connection  internal.election          one connection; who leads, without I/O
 *   connect  status  this package but for PgPubSub  what users see
 * </pre>
 */
package io.github.pgpubsub;
