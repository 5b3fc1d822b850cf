/**
 * Sending: one connection, one thread, group commit.
 *
 * <p>A caller's notification becomes an {@link io.github.pgpubsub.internal.publish.Outgoing}. The
 * {@link io.github.pgpubsub.internal.publish.Publisher} is the door: it puts the notification into the
 * {@link io.github.pgpubsub.internal.publish.PublishQueue}. The sender's thread
 * ({@link io.github.pgpubsub.internal.publish.GroupCommit}) takes all that waits, without waiting for more, sends it over its
 * {@link io.github.pgpubsub.internal.publish.PublishConnection} as one
 * {@link io.github.pgpubsub.internal.publish.NotifyStatement} and so one commit, and then sees to it that every sender is told
 * ({@link io.github.pgpubsub.internal.publish.Completions}). While it waits for the server the next batch gathers, so the more senders
 * there are, the fewer commits each of them costs. Committing a NOTIFY takes one lock for the whole cluster
 * (PostgreSQL source, {@code PreCommit_Notify}): fewer commits is what makes it fast, for everybody on that server.
 *
 * <pre>
 *   caller ──▶ Publisher ──▶ PublishQueue ──▶ GroupCommit ──▶ PublishConnection ══▶ server
 *                                │                │
 *                                ▼ time is up     ▼ committed, or not
 *                            Timekeeper ─────▶ Completions ──▶ callbacks
 * </pre>
 *
 * <p>Order: the queue's, so also each sender's. The server folds equal (channel, payload) pairs of one transaction into one
 * (PostgreSQL documentation, NOTIFY); a batch therefore ends before the first pair that it holds already.
 *
 * <p>Failure: what the server refuses fails alone; its neighbours in the batch are sent again without it. When the connection
 * breaks under a batch nobody can say whether it was committed; its senders get an
 * {@link io.github.pgpubsub.UnknownOutcomeException}, and those that still wait go on after the reconnect. A sender
 * whose time is up while it waits is told so and its message is not sent.
 *
 * <p>Two threads: one sends, the {@link io.github.pgpubsub.internal.publish.Timekeeper} tells those whose time is up. Both go on
 * whatever is thrown in them, by the driver, by a customizer, a {@code DataSource} or an executor of the user, or by the VM; and each
 * makes the other anew should it be gone ({@link io.github.pgpubsub.internal.publish.ReplaceableThread}). So a sender is told in its
 * time as long as one of them runs, and what was in flight when something was thrown is told as unknown.
 *
 * <p>Who owns what, asserted in the code: the connection and the batch in flight belong to the sender's thread, which is replaced only
 * when it is gone, or held up by a callback that it has left everything behind for. What waits is guarded by the queue's lock. An
 * {@code Outgoing} belongs to nobody: it ends once, by compare-and-set, and whoever ends it sees to it that its sender is told. What
 * others see of the two threads are immutable values behind one volatile each: the connection's standing, the counts of commits, the
 * batch in flight.
 */
package io.github.pgpubsub.internal.publish;
