package io.github.pgpubsub;

import java.util.List;

/** Handles the messages of a subscription in batches; usually a lambda. */
@FunctionalInterface
public interface BatchHandler {

    /**
     * Called by threads that all subscriptions of a client share, by as many at a time as {@link SubscriptionOptions#concurrency()} allows. May
     * block; meanwhile the subscription's queue fills. All of the messages count as processed when this method returns or throws.
     * An exception goes to {@link SubscriptionListener#failed}.
     *
     * @param batch one to {@link SubscriptionOptions#batchSize()} messages, in order; immutable
     */
    void handle(List<Message.Notification> batch) throws Exception;

    /**
     * Notifications may have been missed here. Called in its place among the batches: a gap ends the batch before it. Default:
     * does nothing.
     */
    default void gap(Message.Gap gap) throws Exception {}
}
