package io.github.pgpubsub;

import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/** What else can be heard of a subscription. Each method does nothing, or logs, unless it is overridden. */
public interface SubscriptionListener {

    /**
     * Something failed: the handler itself, or the connection (once for each attempt). Called by the subscription's own
     * threads, or by one of the callback executor; never by the session's thread, so it may block. Default: logs a warning.
     */
    default void failed(Exception failure) {
        LoggerFactory.getLogger(SubscriptionListener.class).warn("A subscription has failed", failure);
    }

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
