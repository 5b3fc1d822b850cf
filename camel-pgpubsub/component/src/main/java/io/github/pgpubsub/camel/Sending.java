package io.github.pgpubsub.camel;

import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.status.PublisherStatus;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** How a producer sends an exchange: as a notification, or as a kept message. Thread-safe. */
interface Sending {

    /** Opens the connection, or begins to try. */
    void start() throws Exception;

    /**
     * Sends the exchange's message. Does not wait for the commit.
     *
     * @param done called once, unless this method throws
     */
    void send(Exchange exchange, Duration timeout, PublishCallback done) throws Exception;

    /** Null: nothing was sent yet. */
    @Nullable
    PublisherStatus status();
}
