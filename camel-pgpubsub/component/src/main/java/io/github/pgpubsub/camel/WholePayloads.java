package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.kept.StoredPayloads;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole payloads of a plain channel's notifications, by the option oversize. Thread-safe. */
final class WholePayloads {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    private final String channel;
    /** Null: payloads are taken as they are. */
    private final @Nullable StoredPayloads stored;
    private final AtomicBoolean told = new AtomicBoolean();

    private WholePayloads(String channel, @Nullable StoredPayloads stored) {
        this.channel = channel;
        this.stored = stored;
    }

    /**
     * Makes or checks the log, if one is needed.
     *
     * @throws SQLException             when the server refuses
     * @throws IllegalArgumentException when the log can't be used as it is
     */
    static WholePayloads begin(PgPubSubEndpoint endpoint, PgPubSub pubSub) throws Exception {
        if (!endpoint.getConfiguration().storesOversize()) {
            return new WholePayloads(endpoint.getChannel(), null);
        }
        StoredPayloads stored = endpoint.log(pubSub).storedPayloads();
        LogPreparation.run(endpoint, stored::prepareFetching);
        return new WholePayloads(endpoint.getChannel(), stored);
    }

    /** May block. Without the option a reference is passed on, as it may be anybody's text; but a forgotten option is the likely cause. */
    String of(Message.Notification notification) throws SQLException, InterruptedException {
        if (stored != null) {
            return stored.payload(notification);
        }
        if (StoredPayloads.looksLikeReference(notification.payload()) && told.compareAndSet(false, true)) {
            LOG.warn(
                    "Channel {}: a payload looks like the reference to a stored one. If its producer has oversize=store, the consumer"
                            + " needs it, too",
                    channel);
        }
        return notification.payload();
    }
}
