/**
 * LISTEN/NOTIFY for Java programs: open, subscribe, publish, close. Knows no Camel.
 *
 * <p>This package holds the types that a program uses, {@link io.github.pgpubsub.kept} those for messages that are kept in the database,
 * {@link io.github.pgpubsub.status} the state that operators look at, and {@link io.github.pgpubsub.connect} the sources of connections.
 * All other packages are {@code internal} and may change without
 * notice.
 *
 * <p>A message's way in: the session reads the server's notifications in order and passes each one to the channel's
 * subscriptions: to every subscription without a group, or to this process's membership in a group, which takes the message if it
 * leads. With {@code filtered}, own messages are left out. The other messages go into a bounded queue. Threads that all
 * subscriptions share take them from there and call the {@link io.github.pgpubsub.MessageHandler}.
 *
 * <p>A message's way out: {@link io.github.pgpubsub.PgPubSub#publish} checks the message and queues it at the publisher. The
 * publisher sends all waiting messages in one commit and then informs each sender.
 *
 * <pre>
 *   server ══▶ internal.session.Session ──▶ internal.subscription.BroadcastSubscription or GroupMembership ──▶
 *                                                                    (internal.election.Leadership)
 *              internal.delivery.Intake ──▶ DeliveryQueue ──▶ Workers ──▶ handler
 *
 *   publish ──▶ internal.publish.PublishQueue ──▶ GroupCommit ══▶ server
 * </pre>
 *
 * <p>Floors; each floor knows only the floors below:
 *
 * <pre>
 *   PgPubSub                                        puts the parts together
 *   internal.log                                    kept messages: the log, its writers and its readers
 *   internal.subscription                           one subscription, or one member of a group, from begin to end
 *   internal.delivery                               the queue, and the workers that call the handler
 *   internal.work                                   the threads that the workers share
 *   internal.session   internal.publish             a connection and its thread: to listen, to send
 *   internal.connection  internal.election          one connection; who leads, without I/O
 *   connect  kept  status  this package except PgPubSub   the types that users see; internal, .json and .socket help them
 * </pre>
 */
@NullMarked
package io.github.pgpubsub;

import org.jspecify.annotations.NullMarked;
