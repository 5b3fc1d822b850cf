package io.github.pgpubsub;

import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/** Hears of failures and changes of a subscription. By default each method does nothing, or logs. */
public interface SubscriptionListener {

    /**
     * The handler or the connection has failed (called once per connection attempt). Called by the threads that call handlers or
     * by the callback executor, never by the session's thread, so this method may block. Default: logs a warning.
     */
    default void failed(Exception failure) {
        LoggerFactory.getLogger(SubscriptionListener.class).warn("A subscription has failed", failure);
    }

    /**
     * The role of this subscription's member in its group has changed. Called by the callback executor, one call after the other,
     * a moment after the change.
     */
    default void roleChanged(RoleChange change) {}

    /**
     * A subscription with {@code singleListener=false} listens, or reads its kept messages: from now on it misses nothing. Called for the
     * first connection and for each further one, by the callback executor. With a single listener {@link #roleChanged} says who receives.
     */
    default void listening() {}

    /**
     * A subscription with {@code singleListener=false} has lost its connection. Called by the callback executor. With a single listener
     * {@link #roleChanged} says it.
     */
    default void disconnected() {}

    /**
     * Listening is active again. Called by the callback executor.
     *
     * @param lost time without a connection
     */
    default void reconnected(Duration lost) {}

    /**
     * There is no connection, and no further attempt: {@link PgPubSub.Builder#reconnectLimit} attempts have failed. The
     * subscription receives nothing more; close it. Called by the callback executor.
     */
    default void gaveUp(Exception failure) {}
}
