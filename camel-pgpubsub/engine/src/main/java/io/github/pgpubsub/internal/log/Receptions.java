package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.internal.log.reading.ErrorPolicy;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.kept.KeptBatchHandler;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.kept.KeptOptions;
import java.time.Duration;
import java.util.UUID;

/** Makes the receptions of a log's subscriptions from their options. Thread-safe. */
final class Receptions {

    private static final int PAGE_ROWS = 500;
    private static final long PAGE_BYTES = 16 << 20;
    /** Shortest time between two acknowledgements. */
    private static final Duration ACKNOWLEDGE = Duration.ofMillis(100);
    /** A place that is one subscription's alone goes so long after its last sign of life, which is due each minute. */
    private static final Duration OWN_PLACE = Duration.ofMinutes(15);
    /** For reading and for the lead: zero, which means that nobody is deposed, is no time to wait for a server. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LogSettings settings;
    private final String schema;
    private final LogQueries queries;

    /** @param schema the log's */
    Receptions(LogSettings settings, String schema, LogQueries queries) {
        this.settings = settings;
        this.schema = schema;
        this.queries = queries;
    }

    /** Of a group without shards, or of a place that is the subscription's alone. */
    Reception one(LogReader host, KeptOptions wanted, KeptBatchHandler handler, BatchLimit batch, KeptListener listener,
            Runnable onClosed) {
        boolean single = wanted.singleListener();
        // A name that no other subscription has, also in other processes.
        Shard group = new Shard(wanted.channel(), single ? wanted.group() : wanted.group() + "/" + UUID.randomUUID());
        Lead lead = single ? elected(wanted, group, listener) : new OwnLead(group);
        return new Reception(host, group, options(wanted, batch), lead, handler, listener, settings.threads(), settings.pool(),
                settings.callbacks(), onClosed);
    }

    /** Of a group that has its places. */
    ShardedReception ofShards(LogReader host, KeptOptions wanted, KeptBatchHandler handler, BatchLimit batch,
            KeptListener subscriber, Runnable onClosed) {
        KeptListener listener = new OncePerFailure(subscriber);
        Shard group = new Shard(wanted.channel(), wanted.group(), 0, wanted.shards());
        ReceptionOptions options = options(wanted, batch);
        Tally tally = new Tally();
        SerialExecutor callbacks = new SerialExecutor(settings.callbacks());
        Turns turns = new Turns(wanted.concurrency());
        ShardMember member = new ShardMember(group,
                observer -> new ShardMarks(settings.elections(), new MarkKeys(schema, group), wanted.acquireInterval(), observer),
                wanted.acquireInterval(), wanted.leaderTimeout(), (shard, onResigned, onShardClosed) -> {
                    Shard one = new Shard(group.channel(), group.group(), shard, group.shards());
                    Lead lead = new ShardLead(elected(wanted, one, listener), onResigned);
                    // With ackMode=transaction each shard has a consumer.
                    return new Reception(host, one, options, lead, handler, listener, settings.threads(), settings.pool(),
                            settings.callbacks(), onShardClosed, tally,
                            wanted.transactions() != null ? Turns.unlimited() : turns);
                }, failure -> callbacks.execute(() -> listener.failed(failure)),
                failure -> callbacks.execute(() -> listener.gaveUp(failure)), settings.threads());
        return new ShardedReception(host, group, member, tally, wanted.queueSize(), wanted.drainTimeout(), settings.threads(),
                onClosed);
    }

    private Lead elected(KeptOptions wanted, Shard shard, KeptListener listener) {
        return new ElectedLead(settings.elections(), schema, shard, wanted.acquireInterval(), wanted.leaderTimeout(), listener,
                settings.threads());
    }

    private ReceptionOptions options(KeptOptions wanted, BatchLimit batch) {
        BufferLimit memory = wanted.memory() != null ? wanted.memory() : settings.memory();
        GroupOptions group = new GroupOptions(reading(wanted, memory), wanted.singleListener() ? null : OWN_PLACE,
                wanted.filtered() ? settings.context() : null, memory, batch);
        return new ReceptionOptions(group, queries, wanted.concurrency(), wanted.drainTimeout(), wanted.transactions());
    }

    private static ReadOptions reading(KeptOptions wanted, BufferLimit memory) {
        ErrorPolicy onError = new ErrorPolicy(wanted.onError(), wanted.retryDelay(), wanted.retryMaxDelay(), wanted.retryLimit());
        Duration patience = wanted.leaderTimeout().isZero() ? PATIENCE : wanted.leaderTimeout();
        long bytes = Math.max(1, memory.limit());
        return new ReadOptions(0, wanted.startFrom(), wanted.ackMode(), onError, wanted.queueSize(), bytes,
                Math.min(PAGE_ROWS, wanted.queueSize()), Math.min(PAGE_BYTES, bytes), ACKNOWLEDGE, wanted.wakeUp(),
                wanted.pollInterval(), patience);
    }
}
