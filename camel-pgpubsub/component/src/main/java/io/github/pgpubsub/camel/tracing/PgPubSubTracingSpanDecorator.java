package io.github.pgpubsub.camel.tracing;

import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.tracing.SpanAdapter;
import org.apache.camel.tracing.TagConstants;
import org.apache.camel.tracing.decorators.AbstractMessagingSpanDecorator;

/** For camel-opentelemetry and camel-observation, as long as Camel has them: it has deprecated the API. */
@SuppressWarnings("deprecation")
public class PgPubSubTracingSpanDecorator extends AbstractMessagingSpanDecorator {

    @Override
    public String getComponent() {
        return SpanFacts.SCHEME;
    }

    @Override
    public String getComponentClassName() {
        return SpanFacts.COMPONENT;
    }

    @Override
    public String getDestination(Exchange exchange, Endpoint endpoint) {
        return SpanFacts.channel(exchange, endpoint, super.getDestination(exchange, endpoint));
    }

    @Override
    public void pre(SpanAdapter span, Exchange exchange, Endpoint endpoint) {
        super.pre(span, exchange, endpoint);
        span.setTag(SpanFacts.SYSTEM_TAG, SpanFacts.SYSTEM);
        String id = SpanFacts.receivedId(exchange, endpoint);
        if (id != null) {
            span.setTag(TagConstants.MESSAGE_ID, id);
        }
    }
}
