package io.github.pgpubsub.kept;

import java.util.List;

/** Handles the messages of a kept subscription in batches; usually a lambda. */
@FunctionalInterface
public interface KeptBatchHandler {

    /**
     * Called by the subscription's own threads. May block. The messages are complete when this method returns, except with
     * {@link AckMode#manual}. If it throws, {@link KeptOptions#onError()} decides what becomes of them: of all, but for those that
     * were acknowledged before. With {@link AckMode#transaction} all of them share one transaction.
     *
     * @param batch one to {@link KeptOptions#batchSize()} messages, in order; immutable
     */
    void handle(List<KeptMessage> batch) throws Exception;

    /**
     * Messages were given up unread, or may have been: they were older than {@code retentionMax}, or the group was removed. Called in its
     * place among the batches: it ends the batch before it. Default: does nothing; the listener is told as well.
     *
     * @param missed how many; 0: unknown
     */
    default void gap(long missed) throws Exception {}
}
