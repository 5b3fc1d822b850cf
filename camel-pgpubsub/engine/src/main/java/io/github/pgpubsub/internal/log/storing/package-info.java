/**
 * Payloads of plain channels that are too long for a notification ({@code oversize=store}): a row in the log, and a reference to it as the
 * notification.
 *
 * <p><b>Sending.</b> {@link io.github.pgpubsub.internal.log.storing.LogStore} names the function that inserts the row and returns the reference.
 * The publisher of notifications calls it in the statement that notifies: one transaction, and the batch's order. So a listener that has the
 * reference sees the row.
 *
 * <p><b>References.</b> {@code pgpubsub/stored/<id>/<token>/<proof>}. The proof is a hash of id, token, channel, and a secret that only the
 * log's owner can read. So whoever can notify, but not store, can repeat a reference on its channel, and can't make one. What is no genuine
 * reference is an ordinary payload and delivered as it is. The token tells the row from another one that gets the same id after an asynchronous
 * fail-over.
 *
 * <p><b>Fetching.</b> {@link io.github.pgpubsub.internal.log.storing.PayloadFetcher} is called by the subscription's own threads, never by a
 * session's. Queues and standby buffers hold references only. A missing row is believed only of a connection that was opened for the question:
 * an old one may lead to a former primary server.
 *
 * <p><b>Forgetting.</b> The rows lie on a channel that no group may have, so no group holds them, and they go with their partition.
 */
@NullMarked
package io.github.pgpubsub.internal.log.storing;

import org.jspecify.annotations.NullMarked;
