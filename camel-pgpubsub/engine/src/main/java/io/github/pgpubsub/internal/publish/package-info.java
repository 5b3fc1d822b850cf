/**
 * Sending: one connection, one thread, group commit.
 *
 * <p>Whoever publishes puts an {@link io.github.pgpubsub.internal.publish.Outgoing} into the queue of the
 * {@link io.github.pgpubsub.internal.publish.Publisher}. Its thread takes all that waits, without waiting for more, sends it as one
 * statement and so one commit, and then sees to it that every sender is told
 * ({@link io.github.pgpubsub.internal.publish.Completions}). While it waits for the server the next batch gathers, so the more senders
 * there are, the fewer commits each of them costs. Committing a NOTIFY takes one lock for the whole cluster
 * (PostgreSQL source, {@code PreCommit_Notify}): fewer commits is what makes it fast, for everybody on that server.
 *
 * <p>Order: the queue's, so also each sender's. The server folds equal (channel, payload) pairs of one transaction into one
 * (PostgreSQL documentation, NOTIFY); a batch therefore ends before the first pair that it holds already.
 *
 * <p>Failure: what the server refuses fails alone; its neighbours in the batch are sent again without it. When the connection
 * breaks under a batch nobody can say whether it was committed; its senders get an
 * {@link io.github.pgpubsub.UnknownOutcomeException}, and those that still wait go on after the reconnect. A sender
 * whose time is up while it waits is told so and its message is not sent.
 *
 * <p>Two threads: one sends, the timekeeper tells those whose time is up. Both go on whatever is thrown in them, by the driver, by
 * a customizer, a {@code DataSource} or an executor of the user, or by the VM; and each makes the other anew should it be gone.
 * So a sender is told in its time as long as one of them runs, and what was in flight when something was thrown is told as unknown.
 */
package io.github.pgpubsub.internal.publish;
