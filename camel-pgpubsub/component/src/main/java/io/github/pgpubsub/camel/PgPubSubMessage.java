package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;

/** A notification or a gap. Creates its headers on first access, because many routes never read them. */
final class PgPubSubMessage extends DefaultMessage {

    private final Message message;
    private final @Nullable CloudEvent event;
    private final TravellingHeaders travelling;

    /** @param event what the payload holds; null: the body only */
    PgPubSubMessage(CamelContext context, Message message, @Nullable CloudEvent event, TravellingHeaders travelling) {
        super(context);
        this.message = message;
        this.event = event;
        this.travelling = travelling;
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
        headers.put(PgPubSubConstants.CHANNEL, message.channel());
        if (message instanceof Message.Gap gap) {
            headers.put(PgPubSubConstants.GAP, gap.missed().toMillis());
        } else if (message instanceof Message.Notification notification) {
            populate(headers, notification);
        }
    }

    private static void populate(Map<String, Object> headers, Message.Notification notification) {
        headers.put(PgPubSubConstants.PID, notification.backend());
        if (notification.id() != null) {
            headers.put(PgPubSubConstants.MESSAGE_ID, notification.id().toString());
        }
        if (notification.redelivered()) {
            headers.put(PgPubSubConstants.REDELIVERED, true);
        }
    }
}
