/**
 * Sending: one connection, group commit, one thread at a time: the publisher's, or that of a sender that waits.
 *
 * <p>A message to send is an {@link io.github.pgpubsub.internal.publish.Outgoing}: a notification, or a message for the log of kept
 * messages. What is said below of notifications holds for both; what differs stands in a
 * {@link io.github.pgpubsub.internal.publish.BatchStatement}. The
 * {@link io.github.pgpubsub.internal.publish.Publisher} puts it into the
 * {@link io.github.pgpubsub.internal.publish.PublishQueue}. The publisher's thread
 * ({@link io.github.pgpubsub.internal.publish.GroupCommit}) takes all waiting notifications, without waiting for more, sends them over
 * its {@link io.github.pgpubsub.internal.publish.PublishConnection} as one
 * statement ({@link io.github.pgpubsub.internal.publish.NotifyStatement}), and so in one commit, and then has every sender told
 * ({@link io.github.pgpubsub.internal.publish.Completions}). While the thread waits for the server, the next batch gathers, so the more
 * senders there are, the fewer commits each of them costs. Committing a NOTIFY takes one lock for all databases of the server
 * (PostgreSQL source, {@code PreCommit_Notify}), so fewer commits make everything on this server faster.
 *
 * <pre>
 *                 ┌──▶ LeadingSender, on the caller's thread ──▶┐
 *   caller ──▶ Publisher ──▶ PublishQueue ──▶ GroupCommit ──▶ PublishConnection ══▶ server
 *                                │                │
 *                                ▼ time is up     ▼ committed, or not
 *                            Timekeeper ─────▶ Completions ──▶ callbacks
 * </pre>
 *
 * <p>A sender that will wait for the commit in any case leads if nobody is ahead of it: it finds the queue empty and the publisher's thread
 * idle, and commits its own message on its own thread ({@link io.github.pgpubsub.internal.publish.LeadingSender}). That saves two
 * hand-overs between threads. Messages that arrive meanwhile wait in the queue, and the publisher's thread takes them when the leader has
 * finished; then none of the next senders leads for a while, because where senders come together, groups pay. A leader whose commit fails
 * leaves its message in flight to the publisher's thread, which deals with it as if the commit were its own. If the leader's time is up, the timekeeper aborts the connection, because the leader's thread must return.
 *
 * <p>Order: the queue's, so also each sender's. The server sends equal (channel, payload) pairs of one transaction only once
 * (PostgreSQL documentation, NOTIFY); a batch therefore ends before the first pair that it already contains.
 *
 * <p>Failures: if the server refuses a batch, its notifications are sent again one by one, and only the refused ones fail. If the
 * connection breaks under a batch, nobody can say whether it was committed: its senders get an
 * {@link io.github.pgpubsub.UnknownOutcomeException}, unless the statement can look up the batch after the reconnect; and the
 * waiting notifications are sent. A sender whose time is
 * up while its notification waits is told so, and the notification is not sent.
 *
 * <p>Two threads of its own: one sends, and the {@link io.github.pgpubsub.internal.publish.Timekeeper} tells senders whose time is up. Both survive
 * any exception of the driver, a customizer, a {@code DataSource}, the user's executor or the VM, and each replaces the other one if it
 * is gone ({@link io.github.pgpubsub.internal.publish.ReplaceableThread}). So a sender is told in time as long as one of the threads
 * runs, and the outcome of notifications that were in flight at an exception is reported as unknown.
 *
 * <p>Ownership, asserted in the code: the connection and the batch in flight belong to the publisher's thread, except while it waits in
 * {@link io.github.pgpubsub.internal.publish.PublishQueue#awaitSome} and a sender leads: then they belong to the leader. The thread does
 * not return from there before the leader has finished. The publisher's thread is replaced only
 * when it is gone, or when it is held up by a callback after it has left everything to its successor. The queue's lock guards the
 * waiting notifications. An {@code Outgoing} belongs to no thread: it ends once, by compare-and-set, and the thread that ends it has
 * its sender told. Other threads see the state of the two in immutable values, each behind one volatile field: the connection's
 * standing, the counts of commits, the batch in flight.
 */
@NullMarked
package io.github.pgpubsub.internal.publish;

import org.jspecify.annotations.NullMarked;
