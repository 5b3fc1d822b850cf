package io.github.pgpubsub;

/** Handles the messages of a subscription; usually a lambda. */
@FunctionalInterface
public interface MessageHandler {

    /**
     * Called by threads that all subscriptions of a client share, by as many at a time as {@link SubscriptionOptions#concurrency()} allows. May
     * block; meanwhile the subscription's queue fills. The message counts as processed when this method returns or throws. An
     * exception goes to {@link SubscriptionListener#failed}.
     */
    void handle(Message message) throws Exception;
}
