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

    /**
     * Sends the exchange's message for a caller that will wait for the commit. The calling thread may commit it.
     *
     * @param done called once, unless this method throws or returns true
     * @return whether the message is committed
     */
    default boolean sendHere(Exchange exchange, Duration timeout, PublishCallback done) throws Exception {
        send(exchange, timeout, done);
        return false;
    }

    /** Null: nothing was sent yet. */
    @Nullable
    PublisherStatus status();
}
