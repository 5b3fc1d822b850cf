package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.log.sending.CheckedMessage;
import io.github.pgpubsub.internal.log.sending.LogStatement;
import io.github.pgpubsub.internal.log.sending.OutgoingKept;
import io.github.pgpubsub.internal.log.sending.TransactedInsert;
import io.github.pgpubsub.internal.log.storing.StoreSettings;
import io.github.pgpubsub.internal.log.storing.StoredInLog;
import io.github.pgpubsub.internal.publish.Publisher;
import io.github.pgpubsub.internal.publish.PublisherOptions;
import io.github.pgpubsub.internal.subscription.OpenSubscriptions;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.kept.KeptBatchHandler;
import io.github.pgpubsub.kept.KeptGroup;
import io.github.pgpubsub.kept.KeptHandler;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.NewMessage;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.kept.StoredPayloads;
import io.github.pgpubsub.kept.WatchedTable;
import io.github.pgpubsub.status.PublisherStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One log: a publisher, opened on first use, and a reader that its subscriptions share, opened with the first and closed with the last. */
public final class Log implements KeptMessages, AutoCloseable {

    private static final Duration START = Duration.ofSeconds(10);
    /** How long a commit may take by default. */
    private static final Duration PUBLISH = Duration.ofSeconds(10);
    private static final int PUBLISH_CAPACITY = 10_000;

    private final LogSettings settings;
    private final KeptLogOptions options;
    private final LogSchema schema;
    private final LogQueries queries;
    private final TransactedInsert inserts;
    private final LogQuestions questions;
    private final Rotation rotation;
    private final Rotator rotator;
    private final StoredInLog stored;
    private final Receptions receptions;
    private final OpenSubscriptions open = new OpenSubscriptions();
    /** Null until the first message is sent. Guarded by the monitor, like everything below. */
    private @Nullable Publisher<OutgoingKept> publisher;
    /** Null: nobody subscribes. */
    private volatile @Nullable LogReader reader;
    private int subscriptions;
    private boolean closed;

    Log(LogSettings settings, KeptLogOptions options) {
        this.settings = settings;
        this.options = options;
        this.schema = new LogSchema(options.schema());
        this.queries = new LogQueries(options.schema());
        this.inserts = new TransactedInsert(queries, settings.context());
        Retention retention = Retention.of(options);
        this.rotation = new Rotation(queries, retention, retention.rarePause());
        this.rotator = new Rotator(settings.sending(), settings.name() + " rotate", settings.customizer(), rotation,
                settings.threads());
        this.receptions = new Receptions(settings, options.schema(), queries);
        this.questions = new LogQuestions(settings, schema, options.create(), queries);
        this.stored = new StoredInLog(new StoreSettings(settings.name() + " fetch", settings.direct(), settings.sending(),
                settings.reconnectDelay(), settings.reconnectMaxDelay(), settings.customizer(), options.create(),
                settings.ownMessages(), settings.notifications(), this::rotateIfDue), schema, queries);
    }

    // ---- sending

    @Override
    public CompletableFuture<String> publish(NewMessage message) {
        CompletableFuture<String> committed = new CompletableFuture<>();
        publish(message, PUBLISH, (id, failure) -> {
            if (failure == null) {
                committed.complete(id);
            } else {
                committed.completeExceptionally(failure);
            }
        });
        return committed;
    }

    @Override
    public void publish(NewMessage message, Duration timeout, Callback callback) {
        Range.DURATION_OR_NONE.check("timeout", timeout);
        publisher().publish(new OutgoingKept(CheckedMessage.of(message), System.nanoTime() + timeout.toNanos(),
                Objects.requireNonNull(callback)));
        rotateIfDue();
    }

    /** A process that reads does it on its reading connection; who only sends, now and then while it sends. */
    private void rotateIfDue() {
        if (reader == null && rotation.waitNanos(System.nanoTime()) == 0) {
            rotator.start();
        }
    }

    @Override
    public String insert(Connection connection, NewMessage message, boolean wakeUp) throws SQLException {
        return inserts.insert(connection, CheckedMessage.of(message), wakeUp);
    }

    @Override
    public void startPublishing() throws SQLException, InterruptedException {
        publisher().awaitFirstAttempt(START);
    }

    @Override
    public void prepareInserting() throws SQLException {
        questions.prepareSending();
    }

    @Override
    public synchronized @Nullable PublisherStatus publisherStatus() {
        return publisher == null ? null : publisher.status();
    }

    private synchronized Publisher<OutgoingKept> publisher() {
        refuseIfClosed();
        if (publisher == null) {
            Publisher<OutgoingKept> opened = new Publisher<>(settings.sending(),
                    new PublisherOptions(settings.name() + " keep", settings.reconnectDelay(), settings.reconnectMaxDelay(),
                            settings.maxBatch(), PUBLISH_CAPACITY, settings.customizer()),
                    new LogStatement(schema, queries, options.create(), settings.context()), settings.threads(),
                    settings.callbacks());
            // Only then kept: if no thread can be created, the next message has another publisher.
            opened.start();
            publisher = opened;
        }
        return publisher;
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException("This PgPubSub is closed");
        }
    }

    @Override
    public StoredPayloads storedPayloads() {
        return stored;
    }

    // ---- receiving

    @Override
    public KeptSubscription subscribe(KeptOptions wanted, KeptHandler handler, KeptListener listener)
            throws SQLException, InterruptedException {
        Objects.requireNonNull(handler, "handler");
        return subscribe(wanted, new EachMessage(handler), BatchLimit.SINGLE, listener);
    }

    @Override
    public KeptSubscription subscribeToBatches(KeptOptions wanted, KeptBatchHandler handler, KeptListener listener)
            throws SQLException, InterruptedException {
        Objects.requireNonNull(handler, "handler");
        return subscribe(wanted.forBatches(), handler, BatchLimit.of(wanted.batchSize(), wanted.batchTimeout()), listener);
    }

    private KeptSubscription subscribe(KeptOptions wanted, KeptBatchHandler handler, BatchLimit batch, KeptListener listener)
            throws SQLException, InterruptedException {
        Objects.requireNonNull(listener, "listener");
        LogReader shared = retain();
        OpenSubscriptions.Place place;
        try {
            shared.awaitFirstAttempt(START);
            place = open.place();
        } catch (SQLException | InterruptedException | RuntimeException | Error e) {
            release(shared);
            throw e;
        }
        Runnable released = () -> {
            place.leave();
            release(shared);
        };
        if (wanted.shards() == 1) {
            Reception reception = create(() -> receptions.one(shared, wanted, handler, batch, listener, released), released);
            reception.start();
            return place.take(reception);
        }
        ShardedReception reception = create(() -> {
            questions.join(wanted.channel(), wanted.group(), wanted.startFrom(), wanted.shards());
            return receptions.ofShards(shared, wanted, handler, batch, listener, released);
        }, released);
        reception.start();
        return place.take(reception);
    }

    private interface Creation<R> {

        R create() throws SQLException;
    }

    /** What is not created can't be closed, and so would not be released. */
    private static <R> R create(Creation<R> creation, Runnable released) throws SQLException {
        try {
            return creation.create();
        } catch (SQLException | RuntimeException | Error e) {
            released.run();
            throw e;
        }
    }

    private synchronized LogReader retain() {
        refuseIfClosed();
        if (reader == null) {
            LogReader opened = new LogReader(settings.direct(),
                    new LogReaderOptions(settings.name() + " read", options.schema(), options.create(), settings.reconnectDelay(),
                            settings.reconnectMaxDelay(), settings.customizer(), Retention.of(options)),
                    new SessionWakeUps(settings.elections()), settings.threads());
            try {
                opened.start();
            } catch (RuntimeException | Error e) {
                // It may listen for wake-ups already.
                opened.close();
                throw e;
            }
            reader = opened;
        }
        subscriptions++;
        return reader;
    }

    private void release(LogReader shared) {
        synchronized (this) {
            if (--subscriptions > 0) {
                return;
            }
            if (reader == shared) {
                reader = null;
            }
        }
        shared.close();
    }

    // ---- neighbours

    @Override
    public void lookForGroups(String channel, Consumer<List<String>> found) {
        String groups = queries.sql(Statement.GROUP_NAMES);
        Neighbours.ask(settings.elections(),
                (stream, answer) -> stream.ask(queries.sql(Statement.READABLE), List.of(options.schema()),
                        readable -> {
                            if (readable.isEmpty()) {
                                answer.accept(readable);
                            } else {
                                stream.ask(groups, List.of(channel), answer::accept);
                            }
                        }),
                found, settings.callbacks());
    }

    @Override
    public void lookForPlainListener(String channel, String group, Runnable found) {
        long leader = Subscriptions.leaderLock(channel, group);
        Neighbours.ask(settings.elections(), (stream, answer) -> stream.holders(List.of(leader), holders -> {
            List<Integer> others = new ArrayList<>(holders.getOrDefault(leader, List.of()));
            others.remove(Integer.valueOf(stream.backend()));
            answer.accept(others.stream().map(String::valueOf).toList());
        }), backends -> found.run(), settings.callbacks());
    }

    // ---- tables

    @Override
    public boolean watch(WatchedTable table) throws SQLException {
        return questions.watch(table);
    }

    // ---- for operators

    @Override
    public List<KeptGroup> groups(@Nullable String channel) throws SQLException {
        return questions.groups(channel);
    }

    @Override
    public long requeue(String channel, String group, @Nullable String id) throws SQLException {
        return questions.requeue(channel, group, id == null ? null : KeptMessageId.parse(id)
                .orElseThrow(() -> new IllegalArgumentException(
                        "No message has the id " + id + "; ids look like 4711-1769846400000000")));
    }

    @Override
    public void seek(String channel, String group, StartFrom start) throws SQLException {
        questions.seek(channel, group, start);
    }

    @Override
    public boolean dropGroup(String channel, String group) throws SQLException {
        return questions.dropGroup(channel, group);
    }

    /** Sends all waiting messages and closes the connections. Subscriptions that are still open begin to end then, without order. */
    @Override
    public void close() {
        Publisher<OutgoingKept> sends;
        LogReader reads;
        synchronized (this) {
            closed = true;
            sends = publisher;
            publisher = null;
            reads = reader;
            reader = null;
        }
        stored.close();
        if (sends != null) {
            sends.close();
        }
        if (reads != null) {
            reads.close();
        }
        open.endAll();
    }
}
