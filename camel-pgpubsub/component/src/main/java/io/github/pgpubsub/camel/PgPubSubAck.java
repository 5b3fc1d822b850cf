package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.KeptMessage;

/** Completes a message of a consumer with {@code ackMode=manual}: the value of the header {@code CamelPgPubSubAck}. Thread-safe. */
public final class PgPubSubAck {

    private final KeptMessage message;

    PgPubSubAck(KeptMessage message) {
        this.message = message;
    }

    /**
     * The message is complete. Idempotent. Any thread may call it, also after the exchange has ended. Does not wait for the server: the
     * group's place moves a moment later, and after a crash within this moment the message comes again, marked as redelivered.
     */
    public void acknowledge() {
        message.acknowledge();
    }

    /** Names the message only. */
    @Override
    public String toString() {
        return "Acknowledgement of message " + message.id();
    }
}
