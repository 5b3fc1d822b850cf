package io.github.pgpubsub.camel;

import static io.github.pgpubsub.camel.CamelWithPostgres.encoded;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/** Round trips: a body sent as one type can be received as that type, and converted to other types. */
class BodyTypesTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Inbox texts = new Inbox();
    private static final Inbox parsed = new Inbox();
    private static final Inbox failures = new Inbox();
    private static CamelWithPostgres camel;

    /** Structures in a structure. */
    record Order(int id, List<Line> lines, Instant at, Map<String, Duration> times) {
        record Line(String item, BigDecimal price) {}
    }

    /** A bean. */
    public static final class Customer {
        private String name;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Customer that && Objects.equals(name, that.name);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        camel = new CamelWithPostgres(postgres)
                .receive("pgpubsub:Text?singleListener=false", texts)
                .receive("pgpubsub:Json?singleListener=false&payloadFormat=json", parsed)
                .route(route -> {
                    route.onException(JsonPayloadException.class).handled(true).process(failures);
                    route.from("pgpubsub:Order?singleListener=false&bridgeErrorHandler=true&payloadFormat=json&bodyType="
                            + Order.class.getName()).process(parsed);
                })
                .start();
    }

    @AfterAll
    static void stop() {
        camel.close();
    }

    @AfterEach
    void empty() {
        Stream.of(texts, parsed, failures).forEach(Inbox::clear);
    }

    static Stream<Arguments> thereAndBackAsJson() {
        Customer ann = new Customer();
        ann.setName("Ann");
        return Stream.of(
                of(String.class, "é \"quoted\" \\ \n"),
                of(Integer.class, 42),
                of(Long.class, Long.MIN_VALUE),
                of(Double.class, 0.1),
                of(BigDecimal.class, new BigDecimal("1.10")),
                of(BigInteger.class, BigInteger.TWO.pow(70)),
                of(Boolean.class, true),
                of(Character.class, 'x'),
                of(DayOfWeek.class, DayOfWeek.MONDAY),
                of(UUID.class, UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e")),
                of(LocalDate.class, LocalDate.of(2026, 1, 2)),
                of(LocalTime.class, LocalTime.of(3, 4, 5, 6)),
                of(Instant.class, Instant.parse("2026-01-02T03:04:05.000000006Z")),
                of(OffsetDateTime.class, OffsetDateTime.parse("2026-01-02T03:04:05Z")),
                of(Duration.class, Duration.ofSeconds(90, 1)),
                of(Period.class, Period.ofDays(3)),
                of(Year.class, Year.of(2026)),
                of(YearMonth.class, YearMonth.of(2026, 1)),
                of(Map.class, Map.of("a", Map.of("b", List.of(1, "two", true)))),
                of(List.class, List.of(1, "two", List.of())),
                of(Set.class, Set.of("a", "b")),
                of(Collection.class, List.of(1, 2)),
                of(String[].class, new String[] {"a", null}),
                of(byte[].class, new byte[] {'"', 'A', 'Q', 'I', '=', '"'}, new byte[] {1, 2}),
                of(JsonNode.class, JsonNodeFactory.instance.objectNode().put("a", 1)),
                of(Customer.class, ann),
                of(Order.class, order()));
    }

    @ParameterizedTest
    @MethodSource("thereAndBackAsJson")
    void whatIsSentAsJsonIsReadIntoItsType(Class<?> type, Object body, Object back) throws Exception {
        Inbox inbox = new Inbox();
        String uri = "pgpubsub:Typed?payloadFormat=json&singleListener=false&bodyType="
                + encoded(type.isArray() ? type.getCanonicalName() : type.getName());
        camel.route(route -> route.from(uri).routeId("typed").process(inbox));
        try {
            camel.send("pgpubsub:Typed?payloadFormat=json", body);

            inbox.awaitSize(1);
            assertThat(inbox.bodies().get(0)).isInstanceOf(type).isEqualTo(back);
        } finally {
            camel.context().getRouteController().stopRoute("typed");
            camel.context().removeRoute("typed");
        }
    }

    static Stream<Arguments> thereAndBackAsText() {
        return Stream.of(
                of(String.class, "é"),
                of(byte[].class, "é".getBytes(UTF_8)),
                of(Integer.class, 42),
                of(Long.class, Long.MIN_VALUE),
                of(Double.class, 0.1),
                of(BigInteger.class, BigInteger.TWO.pow(70)),
                of(Boolean.class, true),
                of(Character.class, 'x'),
                of(DayOfWeek.class, DayOfWeek.MONDAY),
                of(JsonNode.class, JsonNodeFactory.instance.objectNode().put("a", 1)),
                of(JsonNode.class, JsonNodeFactory.instance.arrayNode().add("b").addNull()));
    }

    @ParameterizedTest
    @MethodSource("thereAndBackAsText")
    void whatIsSentAsTextIsConvertedToItsTypeOnDemand(Class<?> type, Object body, Object back) {
        camel.send("pgpubsub:Text", body);

        texts.awaitSize(1);
        assertThat((Object) texts.messages().get(0).getBody(type)).isEqualTo(back);
    }

    @Test
    void streamsAndDocumentsCanBeAskedOfText() throws Exception {
        camel.send("pgpubsub:Text", "<order>é</order>");
        texts.awaitSize(1);
        Message message = texts.messages().get(0);

        assertThat(message.getBody(InputStream.class)).hasBinaryContent("<order>é</order>".getBytes(UTF_8));
        try (BufferedReader reader = new BufferedReader(message.getBody(Reader.class))) {
            assertThat(reader.readLine()).isEqualTo("<order>é</order>");
        }
        assertThat(message.getBody(Document.class).getDocumentElement().getTextContent()).isEqualTo("é");
    }

    @Test
    void aTreeCanBeAskedOfJson() {
        camel.send("pgpubsub:Json?payloadFormat=json", Map.of("a", List.of(1)));
        camel.send("pgpubsub:Json?payloadFormat=json", List.of("b"));
        parsed.awaitSize(2);

        assertThat(parsed.messages().get(0).getBody(Map.class)).isEqualTo(Map.of("a", List.of(1)));
        assertThat(parsed.messages().get(0).getBody(JsonNode.class).at("/a/0").intValue()).isEqualTo(1);
        assertThat(parsed.messages().get(1).getBody(JsonNode.class).get(0).textValue()).isEqualTo("b");
    }

    /** A converter would apply to the whole application; here the endpoint's options define the payload's type. */
    @ParameterizedTest
    @ValueSource(classes = {Map.class, Order.class, Customer.class})
    void structuresAskedOfTextAreRefusedByCamel(Class<?> type) {
        camel.send("pgpubsub:Text", "{\"name\":\"Ann\"}");
        texts.awaitSize(1);

        assertThatThrownBy(() -> texts.messages().get(0).getMandatoryBody(type)).isInstanceOf(InvalidPayloadException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"geheim\"}", "geheim", "", "[1] geheim"})
    void aTreeOfWhatIsNotJsonIsRefusedWithThePositionOnly(String payload) {
        postgres.notify("Text", payload);
        texts.awaitSize(1);

        assertThatThrownBy(() -> camel.context().getTypeConverter().mandatoryConvertTo(JsonNode.class, texts.bodies().get(0)))
                .rootCause().isInstanceOf(JsonPayloadException.class)
                .hasMessageContaining("line 1, column ").hasMessageNotContaining("geheim");
    }

    static Stream<Arguments> ofAnotherType() {
        return Stream.of(
                arguments("{\"id\":\"geheim\"}", "line 1, column 7"),
                arguments("{\"id\":1,\n \"lines\":[{\"price\":\"geheim\"}]}", "line 2, column 20"),
                arguments("{\"id\":1,\"at\":\"geheim\"}", "line 1, column 14"),
                arguments("{\"times\":{\"geheim\":\"geheim\"}}", "line 1, column 20"),
                arguments("[\"geheim\"]", "line 1, column 1"),
                arguments("\"geheim\"", "line 1, column 1"));
    }

    @ParameterizedTest
    @MethodSource("ofAnotherType")
    void jsonOfAnotherTypeIsRefusedWithTypeAndPositionOnly(String payload, String position) {
        postgres.notify("Order", payload);
        failures.awaitSize(1);

        assertThat(failures.messages().get(0).getExchange().getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class))
                .hasNoCause().hasMessageContainingAll(Order.class.getName(), position).hasMessageNotContaining("geheim");
        assertThat(failures.messages().get(0).getBody(String.class)).doesNotContain("geheim");
    }

    private static Order order() {
        return new Order(1, List.of(new Order.Line("tea", new BigDecimal("2.50"))), Instant.parse("2026-01-02T03:04:05Z"),
                Map.of("brew", Duration.ofMinutes(4)));
    }

    private static Arguments of(Class<?> type, Object body) {
        return of(type, body, body);
    }

    private static Arguments of(Class<?> type, Object body, Object back) {
        return arguments(named(type.getSimpleName(), type), body, back);
    }
}
