package io.github.pgpubsub.camel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.converter.stream.InputStreamCache;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/** Conversion of bodies to payloads and back. */
class PayloadFormatTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    static Path folder;

    private static final Inbox payloads = new Inbox();
    private static final Inbox parsed = new Inbox();
    private static final Inbox orders = new Inbox();
    private static final Inbox beans = new Inbox();
    private static final Inbox failures = new Inbox();
    private static CamelWithPostgres camel;

    /** A body. */
    record Order(int id, String item, LocalDate due) {}

    /** A body too. */
    public static final class Customer {
        private String name;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        @JsonIgnore
        public String getSecret() {
            return "geheim";
        }
    }

    /** A body whose toString() is not its JSON. */
    enum Colour {
        RED;

        @Override
        public String toString() {
            return "a red one";
        }
    }

    /** A class without anything to write as JSON. */
    static final class Opaque {
        @SuppressWarnings("unused")
        private final Opaque self = this;
    }

    @BeforeAll
    static void start() throws Exception {
        camel = new CamelWithPostgres(postgres)
                .receive("pgpubsub:Sent", payloads)
                .receive("pgpubsub:Json?payloadFormat=json", parsed)
                .receive("pgpubsub:Orders?payloadFormat=json&bodyType=" + Order.class.getName(), orders)
                .receive("pgpubsub:Customers?payloadFormat=json&bodyType=" + Customer.class.getName(), beans)
                .route(route -> {
                    route.onException(Exception.class).handled(true).process(failures);
                    route.from("pgpubsub:Bridged?payloadFormat=json&bridgeErrorHandler=true").process(parsed);
                })
                .start();
    }

    @AfterAll
    static void stop() {
        camel.close();
    }

    @AfterEach
    void empty() {
        Stream.of(payloads, parsed, orders, beans, failures).forEach(Inbox::clear);
    }

    static Stream<Arguments> bodiesAsText() throws Exception {
        return Stream.of(
                body("hello", "hello"),
                body("", ""),
                body(null, ""),
                body("{\"not\": 'parsed'", "{\"not\": 'parsed'"),
                body(new StringBuilder("built"), "built"),
                body("bytés".getBytes(UTF_8), "bytés"),
                body(new ByteArrayInputStream("streamé".getBytes(UTF_8)), "streamé"),
                body(new InputStreamCache("caché".getBytes(UTF_8)), "caché"),
                body(new StringReader("read"), "read"),
                body(file("filé").toFile(), "filé"),
                body(file("path"), "path"),
                body(dom(), "<order id=\"1\">é</order>"),
                body(dom().getDocumentElement(), "<order id=\"1\">é</order>"),
                body(42, "42"),
                body(-1L, "-1"),
                body(1.5, "1.5"),
                body(new BigDecimal("1.10"), "1.10"),
                body(BigInteger.TWO.pow(70), "1180591620717411303424"),
                body(new AtomicInteger(7), "7"),
                body(true, "true"),
                body('x', "x"),
                body(DayOfWeek.MONDAY, "MONDAY"),
                body(Colour.RED, camel.context().getTypeConverter().convertTo(String.class, Colour.RED)),
                body(UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e"), "0f8fad5b-d9cb-469f-a165-70867728950e"),
                body(LocalDate.of(2026, 1, 2), "2026-01-02"),
                body(Instant.parse("2026-01-02T03:04:05.006Z"), "2026-01-02T03:04:05.006Z"),
                body(OffsetDateTime.parse("2026-01-02T03:04:05+01:00"), "2026-01-02T03:04:05+01:00"),
                body(ZonedDateTime.parse("2026-01-02T03:04:05+01:00[Europe/Berlin]"), "2026-01-02T03:04:05+01:00[Europe/Berlin]"),
                body(Duration.ofSeconds(90), "PT1M30S"),
                body(Map.of("hello", "world"), "{\"hello\":\"world\"}"),
                body(List.of(1, "two", List.of()), "[1,\"two\",[]]"),
                body(Set.of("é"), "[\"é\"]"),
                body(new String[] {"a", null}, "[\"a\",null]"),
                body(new int[] {1, 2}, "[1,2]"),
                body(new Order(1, "tea", LocalDate.of(2026, 1, 2)), "{\"id\":1,\"item\":\"tea\",\"due\":\"2026-01-02\"}"),
                body(customer("Ann"), "{\"name\":\"Ann\"}"),
                body(Optional.of("there"), "there"));
    }

    @ParameterizedTest
    @MethodSource("bodiesAsText")
    void inTextABodyIsItsTextAndStructuresAreJson(Object body, String payload) {
        camel.send("pgpubsub:Sent", body);

        payloads.awaitBodies(payload);
    }

    static Stream<Arguments> bodiesAsJson() throws Exception {
        return Stream.of(
                body("hello", "\"hello\""),
                body("", "\"\""),
                body(null, "null"),
                body("{\"already\":1}", "\"{\\\"already\\\":1}\""),
                body(new StringBuilder("built"), "\"built\""),
                body("{\"already\": 1}".getBytes(UTF_8), "{\"already\": 1}"),
                body(new ByteArrayInputStream("[\"é\"]".getBytes(UTF_8)), "[\"é\"]"),
                body(new InputStreamCache("[1]".getBytes(UTF_8)), "[1]"),
                body(new StringReader("[2]"), "[2]"),
                body(file("[3]").toFile(), "[3]"),
                body(file("[4]"), "[4]"),
                body(dom(), "\"<order id=\\\"1\\\">é</order>\""),
                body(42, "42"),
                body(1.5, "1.5"),
                body(new BigDecimal("1.10"), "1.10"),
                body(BigInteger.TWO.pow(70), "1180591620717411303424"),
                body(false, "false"),
                body('x', "\"x\""),
                body(DayOfWeek.MONDAY, "\"MONDAY\""),
                body(UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e"), "\"0f8fad5b-d9cb-469f-a165-70867728950e\""),
                body(LocalDate.of(2026, 1, 2), "\"2026-01-02\""),
                body(Instant.parse("2026-01-02T03:04:05.006Z"), "\"2026-01-02T03:04:05.006Z\""),
                body(OffsetDateTime.parse("2026-01-02T03:04:05+01:00"), "\"2026-01-02T03:04:05+01:00\""),
                body(Duration.ofSeconds(90), "\"PT1M30S\""),
                body(Map.of("hello", "world"), "{\"hello\":\"world\"}"),
                body(Arrays.asList(1, "two", null), "[1,\"two\",null]"),
                body(new String[] {"a", null}, "[\"a\",null]"),
                body(new Order(1, "tea", null), "{\"id\":1,\"item\":\"tea\",\"due\":null}"),
                body(customer("Ann"), "{\"name\":\"Ann\"}"));
    }

    @ParameterizedTest
    @MethodSource("bodiesAsJson")
    void inJsonEveryBodyIsJsonAndContentIsTakenAsJsonAlready(Object body, String payload) {
        camel.send("pgpubsub:Sent?payloadFormat=json", body);

        payloads.awaitBodies(payload);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub:Sent", "pgpubsub:Sent?payloadFormat=json"})
    void whatCantBeWrittenFailsItsExchange(String uri) {
        assertThatThrownBy(() -> camel.send(uri, new Opaque())).cause().hasMessageContaining(Opaque.class.getName());
        assertThatThrownBy(() -> camel.send(uri, folder.resolve("no such file"))).cause().hasMessageContaining("can't be read");
    }

    @Test
    void aFileOfCamelsIsSentByItsContent() throws Exception {
        Path file = file("from a route");
        GenericFile<File> wrapped = new GenericFile<>();
        wrapped.setFile(file.toFile());
        wrapped.setBody(file.toFile());

        camel.send("pgpubsub:Sent", wrapped);
        camel.send("pgpubsub:Sent?payloadFormat=json", wrapped);

        payloads.awaitBodies("from a route", "from a route");
    }

    @Test
    void aStreamIsReadInTheCharsetOfTheExchange() {
        byte[] latin1 = {'c', 'a', 'f', (byte) 0xE9};

        camel.template().sendBodyAndProperty("pgpubsub:Sent", latin1, Exchange.CHARSET_NAME, "ISO-8859-1");

        payloads.awaitBodies("café");
    }

    static Stream<Arguments> jsonPayloads() {
        return Stream.of(
                body("{\"hello\":{\"world\":[1,2]}}", Map.of("hello", Map.of("world", List.of(1, 2)))),
                body("[1,\"two\",true,null,2.5]", Arrays.asList(1, "two", true, null, 2.5)),
                body("\"é\"", "é"),
                body("42", 42),
                body("12345678901", 12345678901L),
                body("1180591620717411303424", BigInteger.TWO.pow(70)),
                body("true", true),
                body(" null ", null));
    }

    @ParameterizedTest
    @MethodSource("jsonPayloads")
    void aJsonPayloadIsParsed(String payload, Object body) {
        postgres.notify("Json", payload);

        parsed.awaitSize(1);
        assertThat(parsed.bodies().get(0)).isEqualTo(body);
    }

    @Test
    void aJsonPayloadIsReadIntoTheBodyType() {
        Order order = new Order(1, "tea", LocalDate.of(2026, 1, 2));
        camel.send("pgpubsub:Orders?payloadFormat=json", order);
        postgres.notify("Orders", "{\"id\":2,\"unknown\":{}}");
        orders.awaitBodies(order, new Order(2, null, null));

        camel.send("pgpubsub:Customers", customer("Ann"));
        beans.awaitSize(1);
        assertThat(beans.bodies().get(0)).isInstanceOfSatisfying(Customer.class,
                ann -> assertThat(ann.getName()).isEqualTo("Ann"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"geheim\": nonsense}",
        "{\"geheim\": 1",
        "geheim",
        "[1] geheim",
        "{\"geheim\"}",
        "\"geheim",
        "{'geheim': 1}",
        "",
        "   ",
    })
    void whatIsNotJsonGoesToTheErrorHandlerWithItsPositionAndIsNotRepeated(String payload) {
        postgres.notify("Bridged", payload);
        failures.awaitSize(1);

        Message failed = failures.messages().get(0);
        Exception cause = failed.getExchange().getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        assertThat(cause).isInstanceOf(JsonPayloadException.class).hasNoCause()
                .hasMessageContaining("line 1, column ").hasMessageNotContaining("geheim")
                .extracting(e -> ((JsonPayloadException) e).getPayload()).isEqualTo(payload);
        assertThat(failed.getBody(String.class)).contains("Bridged").doesNotContain("geheim");

        postgres.notify("Bridged", "[\"the next one\"]");
        parsed.awaitBodies(List.of("the next one"));
    }

    @Test
    void jsonOfAnotherTypeIsAFailureTooAndTheNextMessageArrives() {
        postgres.notify("Orders", "{\"id\": \"geheim\"}");
        postgres.notify("Orders", "[]");
        postgres.notify("Orders", "{\"id\": 3}");

        orders.awaitBodies(new Order(3, null, null));
    }

    @Test
    void whatIsNestedTooDeepIsAFailure() {
        postgres.notify("Bridged", "[".repeat(3000) + "]".repeat(3000));

        failures.awaitSize(1);
        assertThat(failures.messages().get(0).getExchange().getProperty(Exchange.EXCEPTION_CAUGHT))
                .isInstanceOf(JsonPayloadException.class);
    }

    /** A named argument, because a display name would consume the stream. */
    private static Arguments body(Object body, Object counterpart) {
        return arguments(named(body == null ? "null" : body.getClass().getSimpleName(), body), counterpart);
    }

    private static Path file(String content) throws Exception {
        return Files.writeString(Files.createTempFile(folder, "body", ".txt"), content);
    }

    private static Document dom() throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream("<order id=\"1\">é</order>".getBytes(UTF_8)));
    }

    private static Customer customer(String name) {
        Customer customer = new Customer();
        customer.setName(name);
        return customer;
    }
}
