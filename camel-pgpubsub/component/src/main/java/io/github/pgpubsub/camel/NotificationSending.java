package io.github.pgpubsub.camel;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.status.PublisherStatus;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** Sends bodies as notifications. */
final class NotificationSending implements Sending {

    private final PgPubSubEndpoint endpoint;
    private final PgPubSub pubSub;
    private final PayloadCodec codec;

    NotificationSending(PgPubSubEndpoint endpoint, PgPubSub pubSub) {
        this.endpoint = endpoint;
        this.pubSub = pubSub;
        this.codec = new PayloadCodec(endpoint.getConfiguration());
    }

    @Override
    public void start() throws SQLException, InterruptedException {
        pubSub.startPublishing();
    }

    @Override
    public void send(Exchange exchange, Duration timeout, PublishCallback done) throws Exception {
        pubSub.publish(endpoint.takeChannel(exchange), codec.encode(exchange), timeout, done);
    }

    @Override
    public @Nullable PublisherStatus status() {
        return pubSub.publisherStatus();
    }
}
