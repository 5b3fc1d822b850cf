/**
 * Span decorators: how Camel's tracing names the spans of this component, and which kind they are. Camel finds them as services, those
 * in {@code org.apache.camel.tracing} for camel-opentelemetry and camel-observation, those in {@code org.apache.camel.telemetry} for
 * camel-opentelemetry2 and camel-micrometer-observability. Both modules are optional. The trace itself travels in the headers
 * {@code traceparent} and {@code tracestate}, in CloudEvents and beside kept messages.
 */
@NullMarked
package io.github.pgpubsub.camel.tracing;

import org.jspecify.annotations.NullMarked;
