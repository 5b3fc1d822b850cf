package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.internal.log.reading.ErrorPolicy;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.log.sending.CheckedMessage;
import io.github.pgpubsub.internal.log.sending.LogStatement;
import io.github.pgpubsub.internal.log.sending.OutgoingKept;
import io.github.pgpubsub.internal.log.sending.TransactedInsert;
import io.github.pgpubsub.internal.publish.Publisher;
import io.github.pgpubsub.internal.publish.PublisherOptions;
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
import io.github.pgpubsub.status.PublisherStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** One log: a publisher, opened on first use, and a reader that its subscriptions share, opened with the first and closed with the last. */
public final class Log implements KeptMessages, AutoCloseable {

    private static final Duration START = Duration.ofSeconds(10);
    /** How long a commit may take by default. */
    private static final Duration PUBLISH = Duration.ofSeconds(10);
    private static final int PUBLISH_CAPACITY = 10_000;
    private static final int PAGE_ROWS = 500;
    private static final long PAGE_BYTES = 16 << 20;
    /** Shortest time between two acknowledgements. */
    private static final Duration ACKNOWLEDGE = Duration.ofMillis(100);
    /** A place that is one subscription's alone goes so long after its last sign of life, which is due each minute. */
    private static final Duration OWN_PLACE = Duration.ofMinutes(15);
    /** For reading and for the lead: zero, which means that nobody is deposed, is no time to wait for a server. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LogSettings settings;
    private final KeptLogOptions options;
    private final LogSchema schema;
    private final LogQueries queries;
    private final TransactedInsert inserts;
    private final LogQuestions questions;
    private final Rotation rotation;
    private final Rotator rotator;
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
        this.questions = new LogQuestions(settings, schema, options.create(), queries);
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
            publisher = new Publisher<>(settings.sending(),
                    new PublisherOptions(settings.name() + " keep", settings.reconnectDelay(), settings.reconnectMaxDelay(),
                            settings.maxBatch(), PUBLISH_CAPACITY, settings.customizer()),
                    new LogStatement(schema, queries, options.create(), settings.context()), settings.threads(),
                    settings.callbacks());
            publisher.start();
        }
        return publisher;
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException("This PgPubSub is closed");
        }
    }

    // ---- receiving

    @Override
    public KeptSubscription subscribe(KeptOptions wanted, KeptHandler handler, KeptListener listener)
            throws SQLException, InterruptedException {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(listener, "listener");
        LogReader shared = retain();
        try {
            shared.awaitFirstAttempt(START);
        } catch (SQLException | InterruptedException | RuntimeException | Error e) {
            release(shared);
            throw e;
        }
        if (wanted.shards() > 1) {
            return subscribeToShards(shared, wanted, handler, new OncePerFailure(listener));
        }
        Reception reception = reception(shared, wanted, handler, listener);
        reception.start();
        return reception;
    }

    private KeptSubscription subscribeToShards(LogReader shared, KeptOptions wanted, KeptHandler handler, KeptListener listener)
            throws SQLException {
        try {
            questions.join(wanted.channel(), wanted.group(), wanted.startFrom(), wanted.shards());
        } catch (SQLException | RuntimeException | Error e) {
            release(shared);
            throw e;
        }
        Shard group = new Shard(wanted.channel(), wanted.group(), 0, wanted.shards());
        BufferLimit memory = wanted.memory() != null ? wanted.memory() : settings.memory();
        ReceptionOptions receiving = receiving(wanted, memory);
        Tally tally = new Tally();
        Semaphore turns = new Semaphore(wanted.concurrency(), true);
        ShardMember member = new ShardMember(group,
                observer -> new ShardMarks(settings.elections(), new MarkKeys(options.schema(), group), wanted.acquireInterval(),
                        observer),
                wanted.acquireInterval(), wanted.leaderTimeout(), (shard, onResigned, onClosed) -> {
                    Shard one = new Shard(group.channel(), group.group(), shard, group.shards());
                    Lead lead = new ShardLead(elected(wanted, one, listener), onResigned);
                    // With ackMode=transaction each shard has a consumer.
                    return new Reception(shared, one, receiving, lead, handler, listener, settings.threads(),
                            settings.callbacks(),
                            onClosed, tally,
                            handling -> wanted.transactions() != null ? handling : new InTurns(handling, turns, lead));
                }, listener, settings.threads());
        ShardedReception reception = new ShardedReception(shared, group, member, tally, wanted.queueSize(), wanted.drainTimeout(),
                settings.threads(), () -> release(shared));
        reception.start();
        return reception;
    }

    private Reception reception(LogReader shared, KeptOptions wanted, KeptHandler handler, KeptListener listener) {
        boolean single = wanted.singleListener();
        // A name that no other subscription has, also in other processes.
        Shard group = new Shard(wanted.channel(), single ? wanted.group() : wanted.group() + "/" + UUID.randomUUID());
        Lead lead = single ? elected(wanted, group, listener) : new OwnLead();
        BufferLimit memory = wanted.memory() != null ? wanted.memory() : settings.memory();
        return new Reception(shared, group, receiving(wanted, memory), lead, handler, listener, settings.threads(),
                settings.callbacks(), () -> release(shared));
    }

    private Lead elected(KeptOptions wanted, Shard shard, KeptListener listener) {
        return new ElectedLead(settings.elections(), options.schema(), shard, wanted.acquireInterval(), wanted.leaderTimeout(),
                listener, settings.callbacks());
    }

    private ReceptionOptions receiving(KeptOptions wanted, BufferLimit memory) {
        GroupOptions groupOptions = new GroupOptions(reading(wanted, memory), wanted.singleListener() ? null : OWN_PLACE,
                wanted.filtered() ? settings.context() : null, memory);
        return new ReceptionOptions(groupOptions, queries, wanted.concurrency(), wanted.drainTimeout(), wanted.transactions());
    }

    private static ReadOptions reading(KeptOptions wanted, BufferLimit memory) {
        ErrorPolicy onError = new ErrorPolicy(wanted.onError(), wanted.retryDelay(), wanted.retryMaxDelay(), wanted.retryLimit());
        Duration patience = wanted.leaderTimeout().isZero() ? PATIENCE : wanted.leaderTimeout();
        long bytes = Math.max(1, memory.limit());
        return new ReadOptions(0, wanted.startFrom(), wanted.ackMode(), onError, wanted.queueSize(), bytes,
                Math.min(PAGE_ROWS, wanted.queueSize()), Math.min(PAGE_BYTES, bytes), ACKNOWLEDGE, wanted.wakeUp(),
                wanted.pollInterval(), patience);
    }

    private synchronized LogReader retain() {
        refuseIfClosed();
        if (reader == null) {
            reader = new LogReader(settings.direct(),
                    new LogReaderOptions(settings.name() + " read", options.schema(), options.create(), settings.reconnectDelay(),
                            settings.reconnectMaxDelay(), settings.customizer(), Retention.of(options)),
                    new SessionWakeUps(settings.elections()), settings.threads());
            reader.start();
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

    /** Sends all waiting messages and closes the connections. Subscriptions that are still open end without order. */
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
        if (sends != null) {
            sends.close();
        }
        if (reads != null) {
            reads.close();
        }
    }
}
