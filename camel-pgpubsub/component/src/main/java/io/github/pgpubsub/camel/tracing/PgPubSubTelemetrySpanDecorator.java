package io.github.pgpubsub.camel.tracing;

import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.telemetry.Span;
import org.apache.camel.telemetry.TagConstants;
import org.apache.camel.telemetry.decorators.AbstractMessagingSpanDecorator;

/** For camel-opentelemetry2 and camel-micrometer-observability. */
public class PgPubSubTelemetrySpanDecorator extends AbstractMessagingSpanDecorator {

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
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        span.setTag(SpanFacts.SYSTEM_TAG, SpanFacts.SYSTEM);
        String id = SpanFacts.receivedId(exchange, endpoint);
        if (id != null) {
            span.setTag(TagConstants.MESSAGE_ID, id);
        }
    }
}
