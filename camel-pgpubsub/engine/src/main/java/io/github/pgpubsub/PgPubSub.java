package io.github.pgpubsub;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.delivery.Recipient;
import io.github.pgpubsub.internal.log.Logs;
import io.github.pgpubsub.internal.publish.Awaited;
import io.github.pgpubsub.internal.publish.Committed;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.internal.work.WorkerPool;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.status.PublisherStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes and publishes to the channels of one database. All subscriptions share one listening connection, opened with the
 * first subscription and closed with the last. All publishing shares a second connection, opened on first use. Thread-safe.
 *
 * <pre>{@code
 * try (PgPubSub pubSub = PgPubSub.to("postgres://me:secret@localhost/db").build();
 *         Subscription subscription = pubSub.subscribe("HelloChannel", message -> System.out.println(message))) {
 *     pubSub.publish("HelloChannel", "hello").join();
 * }
 * }</pre>
 */
public final class PgPubSub implements AutoCloseable {

    /** How long {@link #subscribe} waits for the server before it continues in the background. */
    private static final Duration START = Duration.ofSeconds(10);
    /** How long a commit may take by default. */
    private static final Duration PUBLISH = Duration.ofSeconds(10);

    private final Callbacks callbacks;
    private final BufferLimit memory = new BufferLimit(BufferLimit.DEFAULT_BYTES);
    private final OnDemandPublisher publisher;
    private final Subscriptions subscriptions;
    private final Logs logs;

    private PgPubSub(Settings settings) {
        Survival.rehearse();
        OwnMessages ownMessages = settings.ownMessages() != null ? settings.ownMessages() : new OwnMessages();
        this.callbacks = new Callbacks(settings.callbacks(), task -> settings.thread("callback", task));
        this.publisher = new OnDemandPublisher(() -> settings.publisher(ownMessages, callbacks.executor()));
        WorkerPool pool = new WorkerPool(settings.name(), settings.threads());
        this.subscriptions = new Subscriptions(settings.name(), START, () -> settings.session(ownMessages), settings.threads(),
                pool, callbacks.executor());
        this.logs = new Logs(settings.log(ownMessages, memory, subscriptions, callbacks.executor(),
                outgoing -> publisher.get().publish(outgoing), pool));
    }

    /**
     * Starts a builder for connections to a server.
     *
     * @param url {@code postgres://user:password@host/database}, as in libpq, or {@code jdbc:postgresql:…}
     * @throws IllegalArgumentException when the URL has neither form
     */
    public static Builder to(String url) {
        return to(new UrlConnectionSource(url, null, null));
    }

    /** Starts a builder for connections of the source. */
    public static Builder to(ConnectionSource source) {
        return new Builder(source);
    }

    /**
     * Subscribes with a single listener in the group {@code default}: one of all processes that subscribe this way receives.
     * Failures are logged. Otherwise as {@link #subscribe(SubscriptionOptions, MessageHandler, SubscriptionListener)}.
     *
     * @param channel 1 to 63 bytes of UTF-8
     */
    public Subscription subscribe(String channel, MessageHandler handler) throws SQLException, InterruptedException {
        return subscribe(SubscriptionOptions.of(channel), handler);
    }

    /** As {@link #subscribe(SubscriptionOptions, MessageHandler, SubscriptionListener)}; failures are logged. */
    public Subscription subscribe(SubscriptionOptions options, MessageHandler handler) throws SQLException, InterruptedException {
        return subscribe(options, handler, new SubscriptionListener() {});
    }

    /**
     * Subscribes. Blocks until listening is active, another member leads, or the server turns out to be unreachable (then
     * attempts continue in the background): at most 10 s for the connection and 10 s for the rest, for which
     * {@link SubscriptionOptions.Builder#awaitStart} says whether to wait. Blocks longer only while a former subscription to the same
     * channel and group is still ending.
     *
     * @param options  channel, group and other options
     * @param handler  gets the messages
     * @param listener hears of failures and changes
     * @throws SQLException             when the server refuses user, password or database, or is unreachable and
     *                                  {@link Builder#reconnectLimit} allows no second attempt
     * @throws IllegalArgumentException when the connection is not suitable for listening
     * @throws IllegalStateException    when this object is closed
     * @throws InterruptedException     when the thread is interrupted meanwhile; then nothing is subscribed
     */
    public Subscription subscribe(SubscriptionOptions options, MessageHandler handler, SubscriptionListener listener)
            throws SQLException, InterruptedException {
        return subscriptions.subscribe(options.within(memory), Recipient.of(handler), listener);
    }

    /** As {@link #subscribeToBatches(SubscriptionOptions, BatchHandler, SubscriptionListener)}; failures are logged. */
    public Subscription subscribeToBatches(SubscriptionOptions options, BatchHandler handler)
            throws SQLException, InterruptedException {
        return subscribeToBatches(options, handler, new SubscriptionListener() {});
    }

    /**
     * Subscribes with a handler that gets messages in batches, as large as {@link SubscriptionOptions.Builder#batch} says. A
     * batch counts as processed as a whole. Messages that wait for others to join them have not begun: if the lead is lost or
     * the subscription ends meanwhile, they are the successor's. Otherwise as
     * {@link #subscribe(SubscriptionOptions, MessageHandler, SubscriptionListener)}.
     */
    public Subscription subscribeToBatches(SubscriptionOptions options, BatchHandler handler, SubscriptionListener listener)
            throws SQLException, InterruptedException {
        SubscriptionOptions roomy = options.forBatches().within(memory);
        return subscriptions.subscribe(roomy, Recipient.of(handler, roomy), listener);
    }

    /**
     * Sends a notification. As {@link #publish(String, String, Duration, PublishCallback)} with a timeout of 10 s.
     *
     * @return completes when the notification is committed; exceptionally when it is not, with an {@link UnknownOutcomeException}
     *         when the outcome is unknown. Stages that depend on it run on the thread that would call a callback, unless they
     *         are asynchronous. Cancelling the future does not cancel the notification
     */
    public CompletableFuture<Void> publish(String channel, @Nullable String payload) {
        return Committed.by(callback -> publish(channel, payload, PUBLISH, callback));
    }

    /**
     * Sends a notification. Does not wait for the server. Blocks only while 10,000 notifications wait to be
     * sent, and no longer than the timeout. If the thread is interrupted meanwhile, the callback gets the
     * {@link InterruptedException} and the thread keeps its interrupt status.
     *
     * @param channel  1 to 63 bytes of UTF-8
     * @param payload  at most 7999 bytes of UTF-8; null is sent as the empty payload
     * @param timeout  how long the commit may take, 0 to 24 days
     * @param callback called once, by a thread that {@link PublishCallback#done} names: with null when the notification is
     *                 committed, with a failure when it is not, with an {@link io.github.pgpubsub.UnknownOutcomeException} when
     *                 the outcome is unknown
     * @throws IllegalArgumentException when channel or payload can't be sent, or the timeout is out of range; then the callback
     *                                  is not called
     * @throws IllegalStateException    when this object is closed; then the callback is not called
     */
    public void publish(String channel, @Nullable String payload, Duration timeout, PublishCallback callback) {
        publisher.get().publish(OnDemandPublisher.outgoing(channel, payload, timeout, callback));
    }

    /**
     * Sends a notification for a caller that will wait for the outcome in any case. As
     * {@link #publish(String, String, Duration, PublishCallback)}, but may block until the timeout: if no other notification is being
     * sent, the calling thread commits this one itself, which takes less time than a callback. An interrupt does not end that.
     *
     * @return true: the notification is committed, and the callback will not be called; false: the callback is called once
     */
    public boolean publishHere(String channel, @Nullable String payload, Duration timeout, PublishCallback callback) {
        return publisher.get().publishHere(OnDemandPublisher.outgoing(channel, payload, timeout, callback));
    }

    /**
     * Sends a notification and waits until it is committed. Arguments, and what is thrown for them, as with {@link
     * #publish(String, String, Duration, PublishCallback)}.
     *
     * @throws UnknownOutcomeException  when it is unknown whether the notification was committed
     * @throws SQLException             when it was not committed
     * @throws InterruptedException     when the thread is interrupted while another one commits; the notification may be sent or not
     */
    public void send(String channel, @Nullable String payload, Duration timeout) throws SQLException, InterruptedException {
        Awaited outcome = new Awaited();
        if (!publishHere(channel, payload, timeout, outcome)) {
            outcome.await();
        }
    }

    /**
     * Opens the publishing connection now instead of with the first message. Blocks until the connection is open or the server
     * turns out to be unreachable (then attempts continue in the background), at most 10 s.
     *
     * @throws SQLException             when the server refuses user, password or database
     * @throws IllegalArgumentException when the connection is not suitable for publishing
     * @throws IllegalStateException    when this object is closed
     * @throws InterruptedException     when the thread is interrupted meanwhile
     */
    public void startPublishing() throws SQLException, InterruptedException {
        publisher.get().awaitFirstAttempt(START);
    }

    /** The state of publishing; null before the first {@link #publish} or {@link #startPublishing}, and after {@link #close}. */
    public @Nullable PublisherStatus publisherStatus() {
        return publisher.status();
    }

    /** Number of groups that this session is a member of. A leader or standby holds two advisory locks per group. */
    public int groups() {
        return subscriptions.groups();
    }

    /** The log of kept messages, with its defaults. */
    public KeptMessages kept() {
        return kept(KeptLogOptions.DEFAULTS);
    }

    /**
     * A log of kept messages, the same one for equal options. Nothing is opened before it is used; {@link #close} closes it.
     *
     * @throws IllegalArgumentException when no schema can have this name
     * @throws IllegalStateException    when this object is closed
     */
    public KeptMessages kept(KeptLogOptions options) {
        return logs.log(options);
    }

    /**
     * Sends all waiting notifications, as far as the server takes them within their timeouts, and closes the connections. Blocks
     * for as long; an interrupt does not end the wait. Not to be called by a callback or a handler, which it might wait for.
     * Close subscriptions first: a subscription that is still open loses its connection without an orderly end, and its threads end
     * in the background, at the latest when its drain timeout is over.
     */
    @Override
    public void close() {
        publisher.close();
        logs.close();
        subscriptions.close();
        callbacks.close();
    }

    /** Settings of a {@link PgPubSub}; all except the source have defaults. */
    public static final class Builder {

        private final ConnectionSource listenSource;
        private ConnectionSource publishSource;
        private String name = "pgpubsub";
        private Duration reconnectDelay = Duration.ofMillis(100);
        private Duration reconnectMaxDelay = Duration.ofSeconds(30);
        private int reconnectLimit = -1;
        private Duration heartbeatInterval = Duration.ofSeconds(5);
        private Duration heartbeatTimeout = Duration.ofSeconds(3);
        private int maxBatch = 512;
        private @Nullable ConnectionCustomizer customizer;
        private @Nullable OwnMessages ownMessages;
        private @Nullable Executor callbacks;
        private BiFunction<String, Runnable, Thread> threads = Settings::daemon;

        private Builder(ConnectionSource source) {
            this.listenSource = Objects.requireNonNull(source);
            this.publishSource = source;
        }

        /** Source of publishing connections, for example a pool or a pooler. Default: the source of listening connections. */
        public Builder publishTo(ConnectionSource source) {
            this.publishSource = Objects.requireNonNull(source);
            return this;
        }

        /**
         * Prefix of the names of threads, and of connections in {@code pg_stat_activity}, where the server cuts it after 63 bytes.
         * Default: pgpubsub.
         */
        public Builder name(String value) {
            this.name = Objects.requireNonNull(value);
            return this;
        }

        /**
         * First and longest pause before reconnecting, 1 ms to 24 days each. If the longest is shorter than the first, the first is used for both.
         * Defaults: 100 ms, 30 s.
         *
         * @throws IllegalArgumentException when a value is out of range
         */
        public Builder reconnect(Duration delay, Duration maxDelay) {
            this.reconnectDelay = Range.DURATION.check("reconnectDelay", delay);
            this.reconnectMaxDelay = Range.DURATION.check("reconnectMaxDelay", maxDelay);
            return this;
        }

        /**
         * Attempts to reconnect that may fail in a row before subscriptions give up; -1: any number. Default: -1.
         *
         * @throws IllegalArgumentException when the value is less than -1
         */
        public Builder reconnectLimit(int value) {
            this.reconnectLimit = (int) Range.from(-1).check("reconnectLimit", value);
            return this;
        }

        /**
         * Silence before a heartbeat, and timeout for the server's answer; 1 ms to 9 hours each, the range of TCP keepalives.
         * Defaults: 5 s, 3 s.
         *
         * @throws IllegalArgumentException when a value is out of range
         */
        public Builder heartbeat(Duration interval, Duration timeout) {
            this.heartbeatInterval = Range.HEARTBEAT.check("heartbeatInterval", interval);
            this.heartbeatTimeout = Range.HEARTBEAT.check("heartbeatTimeout", timeout);
            return this;
        }

        /**
         * Maximum notifications per commit. Default: 512.
         *
         * @throws IllegalArgumentException when the value is less than 1
         */
        public Builder maxBatch(int value) {
            this.maxBatch = (int) Range.from(1).check("maxBatch", value);
            return this;
        }

        /** Called with each new connection. Default: none. */
        public Builder customizer(@Nullable ConnectionCustomizer value) {
            this.customizer = value;
            return this;
        }

        /** Decides which messages count as this process's own. Several {@link PgPubSub}s may share it. Default: not shared. */
        public Builder ownMessages(OwnMessages value) {
            this.ownMessages = Objects.requireNonNull(value);
            return this;
        }

        /** Runs slow publish callbacks and the calls of {@link SubscriptionListener}s. Default: an unbounded pool of its own. */
        public Builder callbacks(Executor value) {
            this.callbacks = Objects.requireNonNull(value);
            return this;
        }

        /** Creates an unstarted thread from a name and a task. Default: daemon threads. */
        public Builder threads(BiFunction<String, Runnable, Thread> value) {
            this.threads = Objects.requireNonNull(value);
            return this;
        }

        /** Creates a {@link PgPubSub} with these settings. Later changes of the builder do not affect it. */
        public PgPubSub build() {
            return new PgPubSub(new Settings(listenSource, publishSource, name, reconnectDelay, reconnectMaxDelay, reconnectLimit,
                    heartbeatInterval, heartbeatTimeout, maxBatch, customizer, ownMessages, callbacks, threads));
        }
    }
}
