package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Camel's tracing draws one trace from a sender to its receiver, in two contexts that share nothing but the database. */
class TracingTest {

    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build();
    private final CamelWithPostgres sender = new CamelWithPostgres(postgres);
    private final CamelWithPostgres receiver = new CamelWithPostgres(postgres);

    /** What draws the spans. */
    enum Tracing {
        camel_opentelemetry {
            @Override
            void on(CamelContext context, Tracer tracer, ContextPropagators propagators) {
                var camels = new org.apache.camel.opentelemetry.OpenTelemetryTracer();
                camels.setTracer(tracer);
                camels.setContextPropagators(propagators);
                camels.init(context);
            }
        },
        camel_opentelemetry2 {
            @Override
            void on(CamelContext context, Tracer tracer, ContextPropagators propagators) {
                context.getRegistry().bind("tracer", tracer);
                context.getRegistry().bind("propagators", propagators);
                new org.apache.camel.opentelemetry2.OpenTelemetryTracer().init(context);
            }
        };

        abstract void on(CamelContext context, Tracer tracer, ContextPropagators propagators);
    }

    @AfterEach
    void stop() {
        sender.close();
        receiver.close();
        provider.close();
    }

    @ParameterizedTest
    @CsvSource({
        "camel_opentelemetry, payloadFormat=cloudevents", "camel_opentelemetry2, payloadFormat=cloudevents",
        "camel_opentelemetry, durable=true", "camel_opentelemetry2, durable=true",
        "camel_opentelemetry2, durable=true&payloadFormat=cloudevents"})
    void theReceiversSpanIsAChildOfTheSenders(Tracing tracing, String options) throws Exception {
        ContextPropagators propagators = ContextPropagators.create(W3CTraceContextPropagator.getInstance());
        tracing.on(sender.context(), provider.get("sender"), propagators);
        tracing.on(receiver.context(), provider.get("receiver"), propagators);
        Inbox inbox = new Inbox();
        // Different channels: the log outlives a test, and so does its group.
        String channel = "Traced " + tracing.ordinal() + " " + options.replace('=', ' ').replace('&', ' ');
        String uri = CamelWithPostgres.uri(channel) + "?" + options;
        receiver.route(route -> route.from(uri).routeId("receive").process(inbox)).start();
        Inbox.await(() -> assertThat(receiver.isReceiving("receive")).isTrue());
        sender.route(route -> route.from("direct:send").to(uri)).start();

        sender.send("direct:send", "hello");

        inbox.awaitBodies("hello");
        Inbox.await(() -> assertThat(of("receiver")).filteredOn(span -> channel.equals(span.getAttributes().get(DESTINATION)))
                .isNotEmpty());
        SpanData sent = to(channel, "sender");
        SpanData received = to(channel, "receiver");
        assertThat(spans.getFinishedSpanItems()).extracting(SpanData::getTraceId).containsOnly(sent.getTraceId());
        assertThat(received.getParentSpanId()).isEqualTo(sent.getSpanId());
        assertThat(sent.getName()).isEqualTo(channel);
        assertThat(received.getName()).isEqualTo(channel);
        assertThat(sent.getAttributes().get(SYSTEM)).isEqualTo("postgresql");
        assertThat(sent.getAttributes().get(MESSAGE_ID)).isNull();
        assertThat(received.getAttributes().get(MESSAGE_ID))
                .isEqualTo(inbox.messages().get(0).getHeader(PgPubSubConstants.MESSAGE_ID));
        if (tracing == Tracing.camel_opentelemetry) {
            assertThat(sent.getKind()).isEqualTo(SpanKind.PRODUCER);
            assertThat(received.getKind()).isEqualTo(SpanKind.CONSUMER);
        }
    }

    /** All of them share one endpoint, whose URI has no channel. */
    @ParameterizedTest
    @EnumSource
    void aDynamicSendersSpanHasItsChannel(Tracing tracing) throws Exception {
        tracing.on(sender.context(), provider.get("sender"), ContextPropagators.create(W3CTraceContextPropagator.getInstance()));
        sender.route(route -> route.from("direct:send").toD("pgpubsub:Of ${body}").to("pgpubsub:All")).start();
        sender.send("direct:send", "ann");
        sender.send("direct:send", "bob");
        Inbox.await(() -> assertThat(of("sender")).extracting(span -> span.getAttributes().get(DESTINATION))
                .filteredOn(Objects::nonNull)
                .containsExactly("Of ann", "All", "Of bob", "All"));
        assertThat(of("sender")).extracting(SpanData::getName).contains("Of ann", "Of bob").doesNotContain("toD");
    }

    private List<SpanData> of(String tracer) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getInstrumentationScopeInfo().getName().equals(tracer)).toList();
    }

    private SpanData to(String channel, String tracer) {
        return of(tracer).stream().filter(span -> channel.equals(span.getAttributes().get(DESTINATION))).findFirst()
                .orElseThrow();
    }
}
