package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.publish.OutgoingNotification;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What logs have in common with the {@code PgPubSub} that they belong to.
 *
 * @param name       prefix of the names of connections
 * @param direct     connections to read, to be woken and to ask with
 * @param sending    connections to send with, possibly of a pool
 * @param maxBatch   messages per commit
 * @param customizer null: none
 * @param ownMessages   names the process's own messages
 * @param memory     for subscriptions that have no limit of their own
 * @param elections  leadership is elected among its subscriptions
 * @param callbacks  runs the calls of callbacks and listeners
 * @param notifications sends a notification
 * @param threads    creates an unstarted thread from its purpose and a task
 * @param pool       its threads call the handlers
 */
public record LogSettings(String name, ConnectionSource direct, ConnectionSource sending, Duration reconnectDelay,
        Duration reconnectMaxDelay, int maxBatch, @Nullable ConnectionCustomizer customizer, OwnMessages ownMessages,
        BufferLimit memory,
        Subscriptions elections, Executor callbacks, Consumer<OutgoingNotification> notifications,
        BiFunction<String, Runnable, Thread> threads, WorkerPool pool) {

    UUID context() {
        return ownMessages.context();
    }
}
