package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.KeptMessage;
import java.util.List;

/**
 * Completes a message of a consumer with {@code ackMode=manual}, or all messages of a batch: the value of the header
 * {@code CamelPgPubSubAck}. Thread-safe.
 */
public final class PgPubSubAck {

    private final List<KeptMessage> messages;

    PgPubSubAck(KeptMessage message) {
        this(List.of(message));
    }

    /** @param batch not empty */
    PgPubSubAck(List<KeptMessage> batch) {
        this.messages = batch;
    }

    /**
     * The message is complete; of a batch, all are. Idempotent. Any thread may call it, also after the exchange has ended. Does not wait for the server: the
     * group's place moves a moment later, and after a crash within this moment the message comes again, marked as redelivered.
     */
    public void acknowledge() {
        messages.forEach(KeptMessage::acknowledge);
    }

    /** Names the message only. */
    @Override
    public String toString() {
        String others = messages.size() == 1 ? "" : " and " + (messages.size() - 1) + " others";
        return "Acknowledgement of message " + messages.get(0).id() + others;
    }
}
