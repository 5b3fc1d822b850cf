package io.github.pgpubsub.camel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.support.DefaultHeaderFilterStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With payloadFormat=cloudevents headers and trace travel on plain channels. The CloudEvents SDK is the judge of what is an event. */
class CloudEventsTest {

    private static final String URI = "pgpubsub:events?payloadFormat=cloudevents";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Inbox inbox = new Inbox();
    private final Inbox payloads = new Inbox();
    private CamelWithPostgres camel;

    /** What {@code bodyType} names. */
    public static final class Order {

        public int id;
        public String item;
    }

    @BeforeEach
    void start() throws Exception {
        camel = new CamelWithPostgres(postgres);
        camel.receive(URI, inbox).receive("pgpubsub:events?group=raw", payloads).start();
    }

    @AfterEach
    void stop() {
        camel.close();
    }

    private void send(Object body, Map<String, Object> headers) {
        camel.template().sendBodyAndHeaders(URI, body, headers);
    }

    private Message received() {
        inbox.awaitSize(1);
        return inbox.messages().get(0);
    }

    /** The payload, read by the SDK. */
    private io.cloudevents.CloudEvent event() {
        payloads.awaitSize(1);
        return new JsonFormat().deserialize(payloads.messages().get(0).getBody(String.class).getBytes(UTF_8));
    }

    // ---- attributes

    @Test
    void attributesComeFromCamelsHeadersAndGoThere() {
        send("hello", Map.of("CamelCloudEventID", "4711", "CamelCloudEventSource", "/orders", "CamelCloudEventType",
                "order.paid", "CamelCloudEventSubject", "order 1", "CamelCloudEventTime", "2026-01-31T08:00:00+01:00",
                "CamelCloudEventSchemaURL", "https://example.org/order", "CamelCloudEventDataContentType", "text/plain"));

        assertThat(event()).returns("4711", io.cloudevents.CloudEvent::getId)
                .returns(java.net.URI.create("/orders"), io.cloudevents.CloudEvent::getSource)
                .returns("order.paid", io.cloudevents.CloudEvent::getType)
                .returns("order 1", io.cloudevents.CloudEvent::getSubject)
                .returns(OffsetDateTime.parse("2026-01-31T08:00:00+01:00"), io.cloudevents.CloudEvent::getTime)
                .returns(java.net.URI.create("https://example.org/order"), io.cloudevents.CloudEvent::getDataSchema)
                .returns("text/plain", io.cloudevents.CloudEvent::getDataContentType);
        assertThat(received().getHeaders()).containsAllEntriesOf(Map.of("CamelCloudEventID", "4711",
                "CamelCloudEventSource", "/orders", "CamelCloudEventType", "order.paid", "CamelCloudEventSubject", "order 1",
                "CamelCloudEventTime", "2026-01-31T08:00:00+01:00", "CamelCloudEventSchemaURL", "https://example.org/order",
                "CamelCloudEventDataContentType", "text/plain", "CamelCloudEventVersion", "1.0", "Content-Type", "text/plain"));
    }

    @Test
    void anEventWithoutHeadersHasDefaultsAndAnIdOfItsOwn() {
        camel.send(URI, "1");
        camel.send(URI, "1");

        payloads.awaitSize(2);
        inbox.awaitBodies("1", "1");
        assertThat(inbox.messages()).extracting(each -> each.getHeader("CamelCloudEventID")).doesNotHaveDuplicates();
        assertThat(inbox.messages().get(0).getHeaders()).containsEntry("CamelCloudEventType", "org.apache.camel.event")
                .containsEntry("CamelCloudEventSource", "org.apache.camel").containsKey("CamelCloudEventTime")
                .containsKey(PgPubSubConstants.MESSAGE_ID).containsEntry(PgPubSubConstants.CHANNEL, "events");
    }

    @Test
    void anEventThatIsPassedOnStaysTheSame() throws Exception {
        Inbox second = new Inbox();
        camel.route(route -> route.from(URI + "&group=bridge").to("pgpubsub:second?payloadFormat=cloudevents"))
                .receive("pgpubsub:second?payloadFormat=cloudevents", second);
        send(Map.of("a", 1), Map.of("CamelCloudEventType", "t", "number", 1));

        second.awaitBodies(Map.of("a", 1));
        assertThat(second.messages().get(0).getHeader("CamelCloudEventID")).isEqualTo(event().getId());
        assertThat(second.messages().get(0).getHeader("CamelCloudEventType")).isEqualTo("t");
        assertThat(second.messages().get(0).getHeader("number")).isEqualTo(1);
    }

    @Test
    void aTimeWithoutAnOffsetIsRefused() {
        assertThatThrownBy(() -> send("x", Map.of("CamelCloudEventTime", "yesterday"))).cause()
                .hasMessage("The header CamelCloudEventTime is no time with an offset, such as 2026-01-31T08:00:00Z");
    }

    // ---- data

    @Test
    void structuresAreJsonAndNumbersKeepTheirDigits() {
        Map<String, Object> body = Map.of("price", new BigDecimal("1.10"), "items", List.of("tea", 2, 2.5, true));
        send(body, Map.of("Content-Type", "text/html"));

        assertThat(received().getBody()).isEqualTo(body);
        assertThat(event().getDataContentType()).isEqualTo("application/json");
        // Not by the SDK, which reads numbers as doubles.
        assertThat(payloads.bodies().get(0).toString()).contains("\"price\":1.10");
    }

    @Test
    void textOfAJsonTypeIsJsonAndOtherTextIsText() {
        send("{\"a\":[1,2.50]}", Map.of("Content-Type", "application/vnd.order+json; charset=utf-8"));
        camel.send(URI, "{\"a\":1}");
        send("no json", Map.of("Content-Type", "application/json"));

        inbox.awaitBodies(Map.of("a", List.of(1, new BigDecimal("2.50"))), "{\"a\":1}", "no json");
        payloads.awaitSize(3);
        assertThat(payloads.bodies().get(0).toString()).contains("\"data\":{\"a\":[1,2.50]}");
        assertThat(payloads.bodies().get(1).toString()).contains("\"data\":\"{\\\"a\\\":1}\"");
    }

    @Test
    void bytesAreBase64UnlessTheyAreJsonOrText() {
        byte[] bytes = {0, 1, (byte) 0xff};
        camel.send(URI, bytes);
        camel.send(URI, new ByteArrayInputStream(bytes));
        send("{\"a\":1}".getBytes(UTF_8), Map.of("Content-Type", "application/json"));
        send("é".getBytes(UTF_8), Map.of("Content-Type", "text/plain"));
        send(bytes, Map.of("Content-Type", "text/plain"));
        send(bytes, Map.of("Content-Type", "application/json"));

        inbox.awaitBodies(bytes, bytes, Map.of("a", 1), "é", bytes, bytes);
        payloads.awaitSize(6);
        assertThat(payloads.bodies().get(0).toString()).contains("\"data_base64\":\"AAH/\"", "application/octet-stream");
    }

    @Test
    void noBodyIsNoDataAndANulCharacterTravels() {
        camel.send(URI, null);
        camel.send(URI, "a\0b");

        inbox.awaitBodies(null, "a\0b");
        payloads.awaitSize(2);
        assertThat(payloads.bodies().get(0).toString()).doesNotContain("data");
    }

    @Test
    void jsonDataIsReadIntoTheBodyType() throws Exception {
        Inbox orders = new Inbox();
        camel.receive("pgpubsub:orders?payloadFormat=cloudevents&bodyType=" + Order.class.getName(), orders);
        camel.template().sendBody("pgpubsub:orders?payloadFormat=cloudevents", Map.of("id", 7, "item", "tea"));

        orders.awaitSize(1);
        assertThat(orders.bodies().get(0)).isInstanceOfSatisfying(Order.class, order -> {
            assertThat(order.id).isEqualTo(7);
            assertThat(order.item).isEqualTo("tea");
        });
    }

    @Test
    void dataThatIsNotOfTheBodyTypeFailsItsExchange() throws Exception {
        RecordedFailures failures = new RecordedFailures();
        camel.context().getRegistry().bind("failures", failures);
        camel.receive("pgpubsub:orders?payloadFormat=cloudevents&exceptionHandler=#failures&bodyType=" + Order.class.getName(),
                inbox);
        camel.template().sendBody("pgpubsub:orders?payloadFormat=cloudevents", Map.of("id", "seven"));

        Inbox.await(() -> assertThat(failures.all()).singleElement().isInstanceOf(JsonPayloadException.class)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.THROWABLE).hasMessageContaining("line 1, column")
                .hasMessageNotContaining("seven"));
    }

    private static String event(String attributes, String data) {
        return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"" + attributes + ",\"data_base64\":\""
                + Base64.getEncoder().encodeToString(data.getBytes(UTF_8)) + "\"}";
    }

    /** Some senders write any data in Base64, and an event without a media type is one with application/json. */
    @ParameterizedTest
    @ValueSource(
            strings = {",\"datacontenttype\":\"application/json\"", ",\"datacontenttype\":\"application/vnd.order+json; v=1\"",
                ""})
    void jsonInBase64IsReadIntoTheBodyType(String contentType) throws Exception {
        camel.receive("pgpubsub:orders?payloadFormat=cloudevents&bodyType=" + Order.class.getName(), inbox);
        postgres.notify("orders", event(contentType, "{\"id\":7,\"item\":\"t\u00e9a\"}"));

        assertThat(received().getBody()).isInstanceOfSatisfying(Order.class, order -> {
            assertThat(order.id).isEqualTo(7);
            assertThat(order.item).isEqualTo("t\u00e9a");
        });
    }

    @Test
    void bytesStayBytesWithoutABodyTypeAndWithAnotherMediaType() throws Exception {
        Inbox typed = new Inbox();
        camel.receive(URI + "&group=typed&bodyType=" + Order.class.getName(), typed)
                .receive(URI + "&group=bytes&bodyType=byte[]", typed);
        postgres.notify("events", event(",\"datacontenttype\":\"application/json\"", "{\"id\":7}"));
        typed.awaitSize(2);
        assertThat(typed.bodies()).hasAtLeastOneElementOfType(Order.class).contains("{\"id\":7}".getBytes(UTF_8));
        typed.clear();
        postgres.notify("events", event(",\"datacontenttype\":\"image/png\"", "{\"id\":8}"));

        typed.awaitBodies("{\"id\":8}".getBytes(UTF_8), "{\"id\":8}".getBytes(UTF_8));
        inbox.awaitBodies("{\"id\":7}".getBytes(UTF_8), "{\"id\":8}".getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"{\"id\":\"seven\"}, is JSON but can't be read as io.github",
        "seven, `is not JSON (line 1, column`", "``, is not JSON"})
    void base64ThatIsNotOfTheBodyTypeFailsItsExchange(String data, String reason) throws Exception {
        RecordedFailures failures = new RecordedFailures();
        camel.context().getRegistry().bind("failures", failures);
        camel.receive("pgpubsub:orders?payloadFormat=cloudevents&exceptionHandler=#failures&bodyType=" + Order.class.getName(),
                inbox);
        postgres.notify("orders", event(",\"datacontenttype\":\"application/json\"", data));

        Inbox.await(() -> assertThat(failures.all()).singleElement().isInstanceOf(JsonPayloadException.class)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.THROWABLE)
                .hasMessageStartingWith("The data_base64 of the CloudEvent " + reason).hasMessageNotContaining("seven"));
    }

    // ---- what others send

    @Test
    void anEventOfTheSdkIsRead() throws Exception {
        byte[] sdk = new JsonFormat().serialize(CloudEventBuilder.v1().withId("1").withSource(java.net.URI.create("/sdk"))
                .withType("made.elsewhere")
                .withExtension("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .withExtension("count", 3).withExtension("flag", true).withData("application/json", "{\"a\":1}".getBytes(UTF_8))
                .build());
        postgres.notify("events", new String(sdk, UTF_8));

        assertThat(received().getBody()).isEqualTo(Map.of("a", 1));
        assertThat(received().getHeaders()).containsAllEntriesOf(Map.of("CamelCloudEventID", "1", "CamelCloudEventSource", "/sdk",
                "CamelCloudEventType", "made.elsewhere", "count", 3, "flag", true, "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text", "{\"hello\":\"world\"}", "[1]", "{", "null", "{\"specversion\":\"1.0\"}",
        "{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":1,\"source\":\"/\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data\":1,\"data_base64\":\"AA==\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data_base64\":\"!\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"nested\":{\"a\":1}}"})
    void aPayloadThatIsNoEventComesInAsItIs(String payload) throws Exception {
        postgres.notify("events", payload);

        assertThat(received().getBody()).isEqualTo(payload);
        assertThat(received().getHeaders().keySet()).noneMatch(name -> name.startsWith("CamelCloudEvent"));
    }

    /** RFC 3339 wants seconds, and no seconds in an offset. */
    @ParameterizedTest
    @CsvSource({"2026-01-31T08:00Z, 2026-01-31T08:00:00Z", "2026-01-31T08:00:00.5+01:00, 2026-01-31T08:00:00.5+01:00",
        "2026-01-31T08:00:00+01:00:30, 2026-01-31T06:59:30Z"})
    void aTimeIsWrittenAsOthersReadIt(String time, String written) {
        send("x", Map.of("CamelCloudEventTime", time));
        send("x", Map.of("CamelCloudEventTime", OffsetDateTime.parse(time)));

        payloads.awaitSize(2);
        assertThat(payloads.bodies()).allSatisfy(
                payload -> assertThat((String) payload).contains("\"time\":\"" + written + "\""));
    }

    // ---- headers

    @Test
    void headersTravelAndCamelsOwnNever() {
        UUID uuid = UUID.randomUUID();
        send("x", Map.of("orderId", 4711L, "x-flag", true, "number", 7, "uuid", uuid, "list", List.of(1, "two"), "lines",
                "one\ntwo", "CamelFileName", "secret", "cAmElOther", "secret", "object", new Object(), "id", "mine"));

        assertThat(received().getHeaders()).containsAllEntriesOf(Map.of("orderId", 4711, "x-flag", true, "number", 7, "uuid",
                uuid.toString(), "list", List.of(1, "two"), "lines", "one\ntwo", "id", "mine"))
                .doesNotContainKeys("CamelFileName", "cAmElOther", "object", "camelheaders");
        assertThat(event().getExtension("number")).isEqualTo(7);
        assertThat(event().getExtension("uuid")).isEqualTo(uuid.toString());
        assertThat(event().getId()).isNotEqualTo("mine");
        assertThat(payloads.bodies().get(0).toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"camelpgpubsuboverridechannel\":\"forged\"",
        "\"camelheaders\":\"{\\\"CamelPgPubSubOverrideChannel\\\":\\\"forged\\\"}\""})
    void nobodySetsCamelsHeadersFromOutside(String extension) throws Exception {
        postgres.notify("events", "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"," + extension + "}");

        assertThat(received().getHeader("CamelCloudEventID")).isEqualTo("1");
        assertThat(received().getHeader(PgPubSubConstants.OVERRIDE_CHANNEL)).isNull();
    }

    @Test
    void theTraceTravelsWhateverTheCaseOfItsHeader() {
        send("x", Map.of("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate", "a=b"));

        assertThat(event().getExtension("traceparent")).isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assertThat(event().getExtension("tracestate")).isEqualTo("a=b");
    }

    @Test
    void aStrategyOfTheEndpointFiltersBothWays() throws Exception {
        DefaultHeaderFilterStrategy strategy = new DefaultHeaderFilterStrategy();
        strategy.getOutFilter().add("inside");
        strategy.getInFilter().add("outside");
        strategy.getInFilter().add("Content-Type");
        camel.context().getRegistry().bind("strategy", strategy);
        camel.receive("pgpubsub:filtering?payloadFormat=cloudevents&headerFilterStrategy=#strategy", inbox)
                .receive("pgpubsub:filtering?payloadFormat=cloudevents&group=open", payloads);
        camel.template().sendBodyAndHeaders("pgpubsub:filtering?payloadFormat=cloudevents&headerFilterStrategy=#strategy", "x",
                Map.of("inside", 1, "outside", 2, "both", 3));

        assertThat(received().getHeaders()).containsEntry("both", 3).doesNotContainKeys("inside", "outside", "Content-Type");
        payloads.awaitSize(1);
        assertThat(payloads.messages().get(0).getHeaders()).containsEntry("outside", 2).doesNotContainKey("inside");
    }

    @Test
    void aStrategyOfTheComponentCountsForAllEndpoints() throws Exception {
        DefaultHeaderFilterStrategy strategy = new DefaultHeaderFilterStrategy();
        strategy.setOutFilterStartsWith("Http");
        camel.configuration().setHeaderFilterStrategy(strategy);
        camel.configuration().setPayloadFormat(PayloadFormat.cloudevents);
        camel.receive("pgpubsub:all", inbox);
        camel.template().sendBodyAndHeaders("pgpubsub:all", "x", Map.of("HttpHost", "h", "kept", "k", "CamelOne", "1"));

        assertThat(received().getHeaders()).containsEntry("kept", "k").doesNotContainKeys("HttpHost", "CamelOne");
    }

    @Test
    void aStrategyWithoutHeadersThatTravelIsRefused() {
        assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:a?headerFilterStrategy=#s"))
                .isInstanceOf(ResolveEndpointFailedException.class);
        camel.context().getRegistry().bind("s", new DefaultHeaderFilterStrategy());
        assertThatThrownBy(() -> camel.context().getEndpoint("pgpubsub:a?headerFilterStrategy=#s"))
                .hasStackTraceContaining("The option headerFilterStrategy needs durable=true or payloadFormat=cloudevents");
    }

    // ---- with other options

    @Test
    void tooLongAnEventIsRefusedWithItsSize() {
        send("x".repeat(7000), Map.of("one", "1"));
        assertThatThrownBy(() -> send("x".repeat(7990), Map.of("one", "1", "Two", "2"))).cause()
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .matches("The CloudEvent has 8\\d\\d\\d bytes in UTF-8, with its attributes and 2 headers; PostgreSQL takes"
                        + " at most 7999\\. .*oversize=store.*");
        assertThatThrownBy(() -> send(new byte[2_000_000], Map.of())).cause().hasMessageContaining("2000000 bytes");
        inbox.awaitSize(1);
    }

    @Test
    void oversizeStoreTakesLongOnes() throws Exception {
        String uri = "pgpubsub:long?payloadFormat=cloudevents&oversize=store";
        camel.receive(uri, inbox);
        camel.template().sendBodyAndHeader(uri, "é".repeat(20_000), "one", 1);

        assertThat(received().getBody().equals("é".repeat(20_000))).isTrue();
        assertThat(received().getHeader("one")).isEqualTo(1);
    }

    @Test
    void inABatchEachExchangeHasItsOwnHeaders() throws Exception {
        camel.receive(URI + "&group=batches&batching=true&batchSize=2&batchTimeout=30s", payloads);
        payloads.clear();
        send("1", Map.of("number", 1));
        send("2", Map.of("number", 2));

        Inbox.await(() -> assertThat(payloads.bodies()).filteredOn(List.class::isInstance).hasSize(1));
        List<?> batch = (List<?>) payloads.bodies().stream().filter(List.class::isInstance).findFirst().orElseThrow();
        assertThat(batch).extracting(each -> ((Exchange) each).getMessage().getHeader("number")).containsExactly(1, 2);
    }

    @Test
    void ownMessagesAreFilteredAsEver() throws Exception {
        Inbox foreign = new Inbox();
        camel.receive("pgpubsub:own?payloadFormat=cloudevents&singleListener=false&filtered=true", foreign);
        camel.send("pgpubsub:own?payloadFormat=cloudevents", "own");
        postgres.notify("own", "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data\":\"foreign\"}");

        foreign.awaitBodies("foreign");
    }

    // ---- kept channels

    @Test
    void aKeptEventHasItsAttributesInThePayloadAndItsHeadersBesideIt() throws Exception {
        String uri = "pgpubsub:kept?durable=true&payloadFormat=cloudevents";
        camel.receive(uri, inbox);
        camel.template().sendBodyAndHeaders(uri, Map.of("a", 1), Map.of("CamelCloudEventType", "t", "number", 1, "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        assertThat(received().getBody()).isEqualTo(Map.of("a", 1));
        assertThat(received().getHeaders()).containsEntry("CamelCloudEventType", "t").containsEntry("number", 1L)
                .containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .containsKey(PgPubSubConstants.MESSAGE_ID);
        assertThat(postgres.number("select count(*) from pgpubsub.message where channel = 'kept'"
                + " and payload::jsonb ->> 'type' = 't' and jsonb_exists(payload::jsonb, 'traceparent')"
                + " and not jsonb_exists(payload::jsonb, 'number') and headers ->> 'number' = '1'")).isEqualTo(1);
    }

    @Test
    void whatSqlInsertsIsAnEventOrComesInAsItIs() throws Exception {
        camel.receive("pgpubsub:kept-sql?durable=true&payloadFormat=cloudevents", inbox);
        String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\",\"data_base64\":\""
                + Base64.getEncoder().encodeToString(new byte[] {1}) + "\"}";
        postgres.execute("insert into pgpubsub.message (channel, payload) values ('kept-sql', '" + event + "')");
        postgres.execute("insert into pgpubsub.message (channel, payload) values ('kept-sql', 'text')");
        postgres.execute("insert into pgpubsub.message (channel, bytes) values ('kept-sql', '\\x00ff')");

        inbox.awaitBodies(new byte[] {1}, "text", new byte[] {0, (byte) 0xff});
    }
}
