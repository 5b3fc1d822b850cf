package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultMessage;

/** A notification or a gap. Creates its headers on first access, because many routes never read them. */
final class PgPubSubMessage extends DefaultMessage {

    private final Message message;

    PgPubSubMessage(CamelContext context, Message message) {
        super(context);
        this.message = message;
    }

    @Override
    protected boolean isPopulateHeadersSupported() {
        return true;
    }

    @Override
    protected void populateInitialHeaders(Map<String, Object> headers) {
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
