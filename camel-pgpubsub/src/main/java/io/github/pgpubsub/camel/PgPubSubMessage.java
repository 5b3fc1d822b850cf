package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultMessage;

/** A notification or a gap. Its headers are made when somebody looks at them: many routes never do. */
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
        if (message.isGap()) {
            headers.put(PgPubSubConstants.GAP, message.gap().millis());
            return;
        }
        headers.put(PgPubSubConstants.PID, message.backend());
        if (message.id() != null) {
            headers.put(PgPubSubConstants.MESSAGE_ID, message.id().toString());
        }
        if (message.redelivered()) {
            headers.put(PgPubSubConstants.REDELIVERED, true);
        }
    }
}
