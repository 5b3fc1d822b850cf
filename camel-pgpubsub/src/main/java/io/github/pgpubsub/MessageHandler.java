package io.github.pgpubsub;

import java.time.Duration;

/** What a subscription does with its messages. */
public interface MessageHandler {

    /**
     * Called by the subscription's own threads: one after the other, or as many at once as
     * {@link SubscriptionOptions#concurrency()} says. It may block. The message counts as processed when it returns, and also
     * when it throws, which is given to {@link #failed}.
     */
    void handle(Message message) throws Exception;

    /**
     * Something failed: the handler itself, or the connection (once for each attempt). Called by the subscription's own
     * threads, or by one of the callback executor; never by the session's thread, so it may block.
     */
    void failed(Exception failure);

    /**
     * This subscription's member has another role in its group. Called by a thread of the callback executor, one call after
     * the other, a moment after it happened.
     */
    default void roleChanged(RoleChange change) {}

    /**
     * Listening is active again. Called by a thread of the callback executor.
     *
     * @param lost how long there was no connection
     */
    default void reconnected(Duration lost) {}

    /**
     * There is no connection and no further attempt is made: {@link PgPubSub.Builder#reconnectLimit} attempts have failed. The
     * subscription receives nothing more; close it. Called by a thread of the callback executor.
     */
    default void gaveUp(Exception failure) {}
}
