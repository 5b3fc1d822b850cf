package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.KeptMessage;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultMessage;

/** A kept message as a route sees it. Creates its headers on first access, because many routes never read them. */
final class KeptExchangeMessage extends DefaultMessage {

    private final KeptMessage message;
    private final KeptHeaders travelled;
    private final boolean acknowledged;

    /** @param acknowledged whether the route completes the message */
    KeptExchangeMessage(CamelContext context, KeptMessage message, KeptHeaders travelled, boolean acknowledged) {
        super(context);
        this.message = message;
        this.travelled = travelled;
        this.acknowledged = acknowledged;
    }

    @Override
    protected boolean isPopulateHeadersSupported() {
        return true;
    }

    @Override
    protected void populateInitialHeaders(Map<String, Object> headers) {
        travelled.in(message.headers(), getExchange(), headers);
        headers.put(PgPubSubConstants.CHANNEL, message.channel());
        headers.put(PgPubSubConstants.MESSAGE_ID, message.id());
        headers.put(PgPubSubConstants.MESSAGE_TIMESTAMP, message.at().toEpochMilli());
        headers.put(PgPubSubConstants.EPOCH, message.epoch());
        headers.put(PgPubSubConstants.SHARD, message.shard());
        if (message.key() != null) {
            headers.put(PgPubSubConstants.KEY, message.key());
        }
        if (message.redelivered()) {
            headers.put(PgPubSubConstants.REDELIVERED, true);
        }
        if (acknowledged) {
            headers.put(PgPubSubConstants.ACK, new PgPubSubAck(message));
        }
    }
}
