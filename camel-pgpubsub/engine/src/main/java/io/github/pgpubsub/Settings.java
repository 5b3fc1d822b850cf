package io.github.pgpubsub;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.log.LogSettings;
import io.github.pgpubsub.internal.publish.NotifyStatement;
import io.github.pgpubsub.internal.publish.OutgoingNotification;
import io.github.pgpubsub.internal.publish.Publisher;
import io.github.pgpubsub.internal.publish.PublisherOptions;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionOptions;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link PgPubSub}, as {@link PgPubSub.Builder} describes them, and what is made of them alone.
 *
 * @param customizer  null: none
 * @param ownMessages null: those of the {@link PgPubSub} alone
 * @param callbacks   null: threads of its own
 */
record Settings(ConnectionSource listenSource, ConnectionSource publishSource, String name, Duration reconnectDelay,
        Duration reconnectMaxDelay, int reconnectLimit, Duration heartbeatInterval, Duration heartbeatTimeout, int maxBatch,
        @Nullable ConnectionCustomizer customizer, @Nullable OwnMessages ownMessages, @Nullable Executor callbacks,
        BiFunction<String, Runnable, Thread> threads) {

    private static final Duration TICK = Duration.ofMillis(20);
    private static final int PUBLISH_CAPACITY = 10_000;

    /** Unstarted. */
    Session session(OwnMessages own) {
        return new Session(listenSource, new SessionOptions(name + " listen", reconnectDelay, reconnectMaxDelay, reconnectLimit,
                heartbeatInterval, heartbeatTimeout, TICK, customizer, own), this::thread);
    }

    /** Unstarted. */
    Publisher<OutgoingNotification> publisher(OwnMessages own, Executor callbackExecutor) {
        return new Publisher<>(publishSource, new PublisherOptions(name + " publish", reconnectDelay, reconnectMaxDelay, maxBatch,
                PUBLISH_CAPACITY, customizer), new NotifyStatement(own), this::thread, callbackExecutor);
    }

    /** @param notifications sends a notification */
    LogSettings log(OwnMessages own, BufferLimit memory, Subscriptions elections, Executor callbackExecutor,
            Consumer<OutgoingNotification> notifications, WorkerPool pool) {
        return new LogSettings(name, listenSource, publishSource, reconnectDelay, reconnectMaxDelay, maxBatch, customizer, own,
                memory, elections, callbackExecutor, notifications, this::thread, pool);
    }

    /** A daemon thread, unstarted: the default. */
    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Unstarted. */
    Thread thread(String purpose, Runnable task) {
        return threads.apply(name + " " + purpose, task);
    }
}
