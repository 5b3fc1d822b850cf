package io.github.pgpubsub;

/** What a program does with the messages of a subscription. A lambda will do. */
@FunctionalInterface
public interface MessageHandler {

    /**
     * Called by the subscription's own threads: one call after the other, or as many at once as
     * {@link SubscriptionOptions#concurrency()} says. It may block; while it does, the subscription's queue fills. The message
     * counts as processed when it returns, and also when it throws, which is given to {@link SubscriptionListener#failed}.
     */
    void handle(Message message) throws Exception;
}
