package io.github.pgpubsub.camel.tracing;

import io.github.pgpubsub.camel.PgPubSubConstants;
import io.github.pgpubsub.camel.PgPubSubEndpoint;
import io.github.pgpubsub.camel.PgPubSubSendDynamicAware;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** What a span says about a message. */
final class SpanFacts {

    /** The component's name in URIs. */
    static final String SCHEME = "pgpubsub";
    /** Finds the decorator if the component has another name in a context. */
    static final String COMPONENT = "io.github.pgpubsub.camel.PgPubSubComponent";
    /** OpenTelemetry's name for the attribute with the messaging system. */
    static final String SYSTEM_TAG = "messaging.system";
    static final String SYSTEM = "postgresql";

    private SpanFacts() {}

    /** The channel that the message is sent to, or came from. */
    static String channel(Exchange exchange, Endpoint endpoint, String otherwise) {
        String override = isReceiving(exchange, endpoint) ? null
                : exchange.getIn().getHeader(PgPubSubConstants.OVERRIDE_CHANNEL, String.class);
        if (override != null) {
            return override;
        }
        if (!(endpoint instanceof PgPubSubEndpoint own)) {
            return otherwise;
        }
        return own.getChannel().equals(PgPubSubSendDynamicAware.ANY_CHANNEL)
                ? exchange.getProperty(PgPubSubSendDynamicAware.CHANNEL_PROPERTY, own.getChannel(), String.class)
                : own.getChannel();
    }

    /** The id of the message that the exchange is made of. Null: there is none, as on an exchange that is being sent. */
    static @Nullable String receivedId(Exchange exchange, Endpoint endpoint) {
        return isReceiving(exchange, endpoint) ? exchange.getIn().getHeader(PgPubSubConstants.MESSAGE_ID, String.class) : null;
    }

    private static boolean isReceiving(Exchange exchange, Endpoint endpoint) {
        return endpoint == exchange.getFromEndpoint();
    }
}
