package io.github.pgpubsub.camel;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.kept.StoredPayloads;
import io.github.pgpubsub.status.PublisherStatus;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** Sends bodies as notifications. */
final class NotificationSending implements Sending {

    private final PgPubSubEndpoint endpoint;
    private final PgPubSub pubSub;
    private final PayloadCodec codec;
    /** Null: a payload that is too long is refused. */
    private final @Nullable StoredPayloads stored;

    NotificationSending(PgPubSubEndpoint endpoint, PgPubSub pubSub) {
        this.endpoint = endpoint;
        this.pubSub = pubSub;
        this.codec = new PayloadCodec(endpoint.getConfiguration());
        this.stored = endpoint.getConfiguration().storesOversize() ? endpoint.log(pubSub).storedPayloads() : null;
    }

    @Override
    public void start() throws Exception {
        pubSub.startPublishing();
        if (stored != null) {
            LogPreparation.run(endpoint, stored::prepareSending);
        }
    }

    @Override
    public void send(Exchange exchange, Duration timeout, PublishCallback done) throws Exception {
        String channel = endpoint.takeChannel(exchange);
        String payload = codec.encode(exchange);
        if (stored == null) {
            pubSub.publish(channel, payload, timeout, done);
        } else {
            stored.publish(channel, KeptCodec.checked(payload, endpoint.getConfiguration().getMaxPayload()), timeout, done);
        }
    }

    @Override
    public boolean sendHere(Exchange exchange, Duration timeout, PublishCallback done) throws Exception {
        if (stored != null) {
            send(exchange, timeout, done);
            return false;
        }
        String channel = endpoint.takeChannel(exchange);
        return pubSub.publishHere(channel, codec.encode(exchange), timeout, done);
    }

    @Override
    public @Nullable PublisherStatus status() {
        return pubSub.publisherStatus();
    }
}
