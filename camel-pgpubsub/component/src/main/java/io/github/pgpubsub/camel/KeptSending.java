package io.github.pgpubsub.camel;

import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.status.PublisherStatus;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** Sends bodies as kept messages. Each exchange gets its message's id. */
final class KeptSending implements Sending {

    private final KeptMessages log;
    private final NewMessages messages;

    KeptSending(PgPubSubEndpoint endpoint, KeptMessages log) {
        this.log = log;
        this.messages = new NewMessages(endpoint);
    }

    @Override
    public void start() throws SQLException, InterruptedException {
        log.startPublishing();
    }

    @Override
    public void send(Exchange exchange, Duration timeout, PublishCallback done) throws Exception {
        log.publish(messages.of(exchange), timeout, (id, failure) -> {
            try {
                if (id != null) {
                    exchange.getMessage().setHeader(PgPubSubConstants.MESSAGE_ID, id);
                }
            } finally {
                done.done(failure);
            }
        });
    }

    @Override
    public @Nullable PublisherStatus status() {
        return log.publisherStatus();
    }
}
