package io.github.pgpubsub.kept;

/** Handles the messages of a kept subscription; usually a lambda. */
@FunctionalInterface
public interface KeptHandler {

    /**
     * Called by the subscription's own threads. May block. The message is complete when this method returns, except with
     * {@link AckMode#manual}. If it throws, {@link KeptOptions#onError()} decides what becomes of the message.
     */
    void handle(KeptMessage message) throws Exception;

    /**
     * Messages were given up unread, or may have been: they were older than {@code retentionMax}, or the group was removed. Called in its
     * place among the messages. Default: does nothing; the listener is told as well.
     *
     * @param missed how many; 0: unknown
     */
    default void gap(long missed) throws Exception {}
}
