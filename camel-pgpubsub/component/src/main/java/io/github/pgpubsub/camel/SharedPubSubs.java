package io.github.pgpubsub.camel;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.camel.management.Metering;
import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.DataSourceConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.status.PublisherStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/**
 * Shares one {@link PgPubSub} among all consumers and producers with equal connection options. Counts its users, and closes it
 * when the last user releases it. Thread-safe.
 */
final class SharedPubSubs {

    private static final String WHERE = "on the endpoint or on the component (camel.component.pgpubsub.url)";

    /**
     * The options that must be equal to share a PgPubSub.
     *
     * @param dedicated the only endpoint that may use it; null: all endpoints may
     */
    private record Key(ConnectionSource listen, ConnectionSource publish, @Nullable ConnectionCustomizer customizer,
            long reconnectDelay,
            long reconnectMaxDelay, int reconnectLimit, long heartbeatInterval, long heartbeatTimeout, int maxBatch,
            @Nullable Object dedicated) {}

    private static final class Shared {
        final PgPubSub pubSub;
        final ExecutorService callbacks;
        final AutoCloseable meters;
        final String server;
        final int number;
        /** The logs of kept messages that were used, and their meters. */
        final Map<KeptLogOptions, KeptLog> logs = new LinkedHashMap<>();
        int users;

        Shared(PgPubSub pubSub, ExecutorService callbacks, AutoCloseable meters, String server, int number) {
            this.server = server;
            this.number = number;
            this.pubSub = pubSub;
            this.callbacks = callbacks;
            this.meters = meters;
        }
    }

    private record KeptLog(KeptMessages messages, AutoCloseable meters) {}

    private final CamelContext context;
    private final Map<Key, Shared> byKey = new HashMap<>();
    private final ChannelKinds kinds = new ChannelKinds();
    private final Map<Long, BufferLimit> memories = new ConcurrentHashMap<>();

    SharedPubSubs(CamelContext context) {
        this.context = context;
    }

    /**
     * @param autowired whether a DataSource may come from the registry
     * @param dedicated the only endpoint that may use the session; null: all endpoints may
     */
    synchronized PgPubSub retain(PgPubSubConfiguration configuration, boolean autowired, @Nullable Object dedicated) {
        Shared shared = byKey.computeIfAbsent(key(configuration, autowired, dedicated), this::open);
        shared.users++;
        return shared.pubSub;
    }

    ChannelKinds kinds() {
        return kinds;
    }

    /** A log of kept messages, which ends with the PgPubSub. */
    synchronized KeptMessages log(PgPubSub pubSub, KeptLogOptions options) {
        for (Shared shared : byKey.values()) {
            if (shared.pubSub == pubSub) {
                return shared.logs.computeIfAbsent(options, key -> openLog(shared, key)).messages;
            }
        }
        throw new IllegalStateException("This PgPubSub was released");
    }

    private KeptLog openLog(Shared shared, KeptLogOptions options) {
        KeptMessages log = shared.pubSub.kept(options);
        return new KeptLog(log, Metering.ofPublisher(context, logName(shared, options), shared.number, log::publisherStatus));
    }

    private static String logName(Shared shared, KeptLogOptions options) {
        return shared.server + " " + options.schema();
    }

    /** The limit that all queues and buffers with this maxBufferedBytes share. */
    BufferLimit memory(long maxBufferedBytes) {
        return memories.computeIfAbsent(maxBufferedBytes, BufferLimit::new);
    }

    void release(PgPubSub pubSub) {
        Shared last = null;
        synchronized (this) {
            for (Map.Entry<Key, Shared> entry : byKey.entrySet()) {
                if (entry.getValue().pubSub == pubSub && --entry.getValue().users == 0) {
                    last = entry.getValue();
                    byKey.remove(entry.getKey());
                    break;
                }
            }
        }
        if (last != null) {
            last.pubSub.close();
            close(last.meters);
            last.logs.values().forEach(log -> close(log.meters));
            ConnectionNumbers.of(context).giveBack(last.server, last.number);
            context.getExecutorServiceManager().shutdown(last.callbacks);
        }
    }

    private static void close(AutoCloseable meters) {
        try {
            meters.close();
        } catch (Exception e) {
            throw new RuntimeCamelException(e);
        }
    }

    /** The state of each publishing connection, by name, except those that were never used. */
    synchronized Map<String, PublisherStatus> publishers() {
        Map<String, PublisherStatus> all = new LinkedHashMap<>();
        byKey.values().stream()
                .sorted(Comparator.comparing((Shared shared) -> shared.server).thenComparing(shared -> shared.number))
                .forEach(shared -> {
                    put(all, shared.server, shared, shared.pubSub.publisherStatus());
                    shared.logs.forEach(
                            (options, log) -> put(all, logName(shared, options), shared, log.messages.publisherStatus()));
                });
        return all;
    }

    private static void put(Map<String, PublisherStatus> all, String name, Shared shared, @Nullable PublisherStatus status) {
        if (status != null) {
            all.put(shared.number == 1 ? name : name + " (" + shared.number + ")", status);
        }
    }

    /** Number of groups that all sessions together are members of. */
    synchronized int groups() {
        return byKey.values().stream().mapToInt(shared -> shared.pubSub.groups()).sum();
    }

    private Key key(PgPubSubConfiguration configuration, boolean autowired, @Nullable Object dedicated) {
        ConnectionSource listen = Database.find(context, configuration.getUrl(), configuration.getUser(),
                configuration.getPassword(), configuration.getDataSource(), autowired, WHERE);
        DataSource dataSource = configuration.getDataSource();
        ConnectionSource publish = configuration.getUrl() == null || dataSource == null ? listen
                : new DataSourceConnectionSource(dataSource);
        return new Key(listen, publish, configuration.getConnectionCustomizer(), configuration.getReconnectDelay(),
                configuration.getReconnectMaxDelay(), configuration.getReconnectLimit(), configuration.getHeartbeatInterval(),
                configuration.getHeartbeatTimeout(), configuration.getMaxBatch(), dedicated);
    }

    /**
     * Ignores a url, because connections opened with it take part in no transaction.
     *
     * @param option for the error text: what needs the DataSource
     */
    DataSource transactedDataSource(String option, PgPubSubConfiguration configuration, boolean autowired) {
        try {
            return Database.dataSource(context, configuration.getDataSource(), autowired, WHERE);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The option " + option + " needs the option dataSource, on the endpoint or on the"
                    + " component: the DataSource that the transactions use", e);
        }
    }

    private Shared open(Key key) {
        ExecutorService callbacks = context.getExecutorServiceManager().newCachedThreadPool(this, "pgpubsub-callback");
        PgPubSub pubSub = PgPubSub.to(key.listen)
                .publishTo(key.publish)
                .name("pgpubsub " + context.getName())
                .customizer(key.customizer)
                .reconnect(Duration.ofMillis(key.reconnectDelay), Duration.ofMillis(key.reconnectMaxDelay))
                .reconnectLimit(key.reconnectLimit)
                .heartbeat(Duration.ofMillis(key.heartbeatInterval), Duration.ofMillis(key.heartbeatTimeout))
                .maxBatch(key.maxBatch)
                .ownMessages(ownMessages(context))
                .callbacks(callbacks)
                .threads(this::thread)
                .build();
        String server = key.publish.toString();
        int number = ConnectionNumbers.of(context).take(server);
        AutoCloseable meters = Metering.ofPublisher(context, server, number, pubSub::publisherStatus);
        return new Shared(pubSub, callbacks, meters, server, number);
    }

    /** Replaces #, because the name may contain a channel, and Camel resolves #placeholders# in thread names. */
    private Thread thread(String name, Runnable task) {
        return context.getExecutorServiceManager().newThread(name.replace('#', '.'), task);
    }

    /** Shared by the whole context, because filtered leaves out messages of all its components. */
    static OwnMessages ownMessages(CamelContext context) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        synchronized (context) {
            OwnMessages known = extension.getContextPlugin(OwnMessages.class);
            if (known == null) {
                known = new OwnMessages();
                extension.addContextPlugin(OwnMessages.class, known);
            }
            return known;
        }
    }
}
