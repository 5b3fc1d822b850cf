package io.github.pgpubsub.internal.log.storing;

import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.Payload;
import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.internal.Utf8;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.publish.Committed;
import io.github.pgpubsub.internal.publish.OutgoingNotification;
import io.github.pgpubsub.internal.publish.PayloadStore;
import io.github.pgpubsub.internal.publish.TransactedNotify;
import io.github.pgpubsub.kept.NewMessage;
import io.github.pgpubsub.kept.StoredPayloads;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends and fetches payloads that are stored in the log. */
public final class StoredInLog implements StoredPayloads, AutoCloseable {

    /** How long a commit may take by default. */
    private static final Duration PUBLISH = Duration.ofSeconds(10);
    /** Maximum time for one answer of the server while the log is made or checked. */
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);

    private final StoreSettings settings;
    private final LogSchema schema;
    private final PayloadStore store;
    private final PayloadFetcher fetcher;

    public StoredInLog(StoreSettings settings, LogSchema schema, LogQueries queries) {
        this.settings = settings;
        this.schema = schema;
        this.store = new LogStore(schema, settings.create(), queries);
        this.fetcher = new PayloadFetcher(settings, queries);
    }

    @Override
    public CompletableFuture<Void> publish(String channel, @Nullable String payload) {
        return Committed.by(callback -> publish(channel, payload, PUBLISH, callback));
    }

    @Override
    public void publish(String channel, @Nullable String payload, Duration timeout, PublishCallback callback) {
        Range.DURATION_OR_NONE.check("timeout", timeout);
        String text = payload == null ? "" : payload;
        PayloadStore needed = storeFor(text);
        settings.notifications().accept(new OutgoingNotification(ChannelName.check(channel), text, needed,
                System.nanoTime() + timeout.toNanos(), callback));
        settings.used().run();
    }

    @Override
    public void send(Connection connection, String channel, @Nullable String payload) throws SQLException {
        String text = payload == null ? "" : payload;
        PayloadStore needed = storeFor(text);
        TransactedNotify.send(connection, settings.ownMessages(), ChannelName.check(channel), text, needed);
        settings.used().run();
    }

    /** Null: the payload can be sent as it is. */
    private @Nullable PayloadStore storeFor(String payload) {
        long bytes = Utf8.check("payload", payload);
        if (bytes > NewMessage.MAX_PAYLOAD) {
            throw new IllegalArgumentException("The payload has " + bytes + " bytes in UTF-8; at most " + NewMessage.MAX_PAYLOAD
                    + " can be stored. Keep the data elsewhere and send where it is");
        }
        return bytes > Payload.MAX_BYTES || StoredPayloads.looksLikeReference(payload) ? store : null;
    }

    @Override
    public void prepareSending() throws SQLException {
        prepare(settings.sending(), LogSchema.Use.STORE);
    }

    @Override
    public void prepareFetching() throws SQLException {
        prepare(settings.fetching(), LogSchema.Use.FETCH);
    }

    private void prepare(ConnectionSource source, LogSchema.Use use) throws SQLException {
        try (ServerConnection connection = ServerConnection.openDurable(source, settings.name(), IO_TIMEOUT,
                settings.customizer())) {
            schema.prepare(connection.jdbc(), settings.create(), use);
        }
    }

    @Override
    public String payload(Message.Notification notification) throws SQLException, InterruptedException {
        // With every message, because the last long one is to go, too, while only short ones follow.
        settings.used().run();
        if (!StoredPayloads.looksLikeReference(notification.payload())) {
            return notification.payload();
        }
        return fetcher.fetch(notification.channel(), notification.payload());
    }

    /** Closes the fetching connection. Threads that wait for it get an exception. */
    @Override
    public void close() {
        fetcher.close();
    }
}
