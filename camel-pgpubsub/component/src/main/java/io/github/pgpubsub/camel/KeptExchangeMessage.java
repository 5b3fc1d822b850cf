package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.KeptMessage;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;

/** A kept message as a route sees it. Creates its headers on first access, because many routes never read them. */
final class KeptExchangeMessage extends DefaultMessage {

    private final KeptMessage message;
    private final @Nullable CloudEvent event;
    private final TravellingHeaders travelling;
    private final boolean acknowledged;

    /**
     * @param event        what the payload holds; null: the body only
     * @param acknowledged whether the route completes the message
     */
    KeptExchangeMessage(CamelContext context, KeptMessage message, @Nullable CloudEvent event, TravellingHeaders travelling,
            boolean acknowledged) {
        super(context);
        this.message = message;
        this.event = event;
        this.travelling = travelling;
        this.acknowledged = acknowledged;
    }

    @Override
    protected boolean isPopulateHeadersSupported() {
        return true;
    }

    @Override
    protected void populateInitialHeaders(Map<String, Object> headers) {
        if (event != null) {
            event.populate(headers, travelling, getExchange());
        }
        travelling.in(message.headers(), getExchange(), headers);
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
