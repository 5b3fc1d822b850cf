package io.github.pgpubsub.camel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.sax.SAXSource;
import javax.xml.transform.stream.StreamSource;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.SimpleTypeConverter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGStatement;
import org.postgresql.geometric.PGpoint;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** A body's content is sent completely and unchanged, or the exchange fails. Needs no server. */
class BodyContentTest {

    private static final byte[] LATIN1 = "geheim café".getBytes(ISO_8859_1);

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    @TempDir
    static Path folder;

    static {
        CONTEXT.start();
        CONTEXT.getTypeConverterRegistry().addTypeConverter(String.class, Parcel.class,
                new SimpleTypeConverter(false, (type, exchange, value) -> "parcel " + ((Parcel) value).number()));
    }

    /** A class of the application with a converter to String. */
    record Parcel(int number) {}

    /** Numbers of all kinds. */
    public static class Numbers {
        public Object any;
        public double asDouble;
        public float asFloat;
        public int asInt;
        public BigInteger asInteger;
        public BigDecimal asDecimal;
        public Number asNumber;
        public Double[] asDoubles;
        public byte[] asBytes;
    }

    @AfterAll
    static void stop() {
        CONTEXT.stop();
    }

    // ---- content and XML

    static Stream<Arguments> bodiesWithAText() throws Exception {
        return Stream.of(
                of(new DOMSource(dom()), "<a>é</a>"),
                of(new DOMSource(dom().getDocumentElement()), "<a>é</a>"),
                of(new StreamSource(new StringReader("<a>é</a>")), "<a>é</a>"),
                of(new SAXSource(new InputSource(new StringReader("<a>é</a>"))), "<a>é</a>"),
                of(dom().getChildNodes(), "<a>é</a>"),
                of(ByteBuffer.wrap("é".getBytes(UTF_8)), "é"),
                of(ByteBuffer.wrap("xéx".getBytes(UTF_8), 1, 2).slice(), "é"),
                of(ByteBuffer.wrap("xéx".getBytes(UTF_8), 1, 2).asReadOnlyBuffer(), "é"),
                of("chars".toCharArray(), "chars"),
                of(new Parcel(7), "parcel 7"),
                of(Double.MIN_VALUE, "4.9E-324"),
                of(new BigDecimal("1E+400"), "1E+400"));
    }

    @ParameterizedTest
    @MethodSource("bodiesWithAText")
    void aBodyWithATextIsSentAsThat(Object body, String text) throws Exception {
        assertThat(encode(PayloadFormat.text, body).replaceFirst("^<\\?xml.*\\?>", "")).isEqualTo(text);
    }

    @Test
    void xmlIsATextInJsonAndABufferIsJsonAlready() throws Exception {
        assertThat(encode(PayloadFormat.json, new DOMSource(dom().getDocumentElement()))).startsWith("\"<")
                .endsWith("<a>é</a>\"");
        assertThat(encode(PayloadFormat.json, ByteBuffer.wrap("[1]".getBytes(UTF_8)))).isEqualTo("[1]");
    }

    @Test
    void aBufferStaysAsItWas() throws Exception {
        ByteBuffer buffer = ByteBuffer.wrap("twice".getBytes(UTF_8));

        assertThat(encode(PayloadFormat.text, buffer)).isEqualTo(encode(PayloadFormat.text, buffer)).isEqualTo("twice");
    }

    // ---- bytes that are not text

    static Stream<Object> bodiesWithoutAText() throws Exception {
        Path file = Files.write(folder.resolve("latin1"), LATIN1);
        return Stream.of(LATIN1, new ByteArrayInputStream(LATIN1), new InputStreamCache(LATIN1), ByteBuffer.wrap(LATIN1),
                file.toFile(),
                file, wrapped(file.toFile()), new byte[] {'a', (byte) 0xC3}, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
                new byte[] {(byte) 0xC0, (byte) 0x80}, new byte[] {(byte) 0xFF});
    }

    /** CloudEvents have a member for bytes. */
    @ParameterizedTest
    @EnumSource(names = {"text", "json"})
    void bytesThatAreNoTextAreRefused(PayloadFormat format) throws Exception {
        for (Object body : bodiesWithoutAText().toList()) {
            assertThatThrownBy(() -> encode(format, body)).as(body.getClass().getName())
                    .isInstanceOf(CamelExchangeException.class)
                    .hasMessageContainingAll("not valid text in UTF-8", "index ", Exchange.CHARSET_NAME)
                    .hasMessageNotContaining("geheim");
        }
        assertThatThrownBy(() -> encode(format, LATIN1)).hasMessageContaining("index 10");
    }

    @Test
    void bytesThatAreNoTextAreBytesOfAnEvent() throws Exception {
        for (Object body : bodiesWithoutAText().limit(7).toList()) {
            assertThat(encode(PayloadFormat.cloudevents, body)).as(body.getClass().getName())
                    .contains("\"data_base64\":\"" + Base64.getEncoder().encodeToString(LATIN1) + "\"");
        }
    }

    @Test
    void theSameBytesAreATextInTheirCharset() throws Exception {
        for (Object body : bodiesWithoutAText().limit(7).toList()) {
            Exchange exchange = exchange(body);
            exchange.setProperty(Exchange.CHARSET_NAME, "ISO-8859-1");

            assertThat(codec(PayloadFormat.text, null).encode(exchange)).isEqualTo("geheim café");
        }
    }

    @Test
    void aReplacementCharacterThatWasWrittenIsSent() throws Exception {
        Path file = Files.writeString(folder.resolve("replaced"), "\uFFFD");

        assertThat(encode(PayloadFormat.text, "\uFFFD".getBytes(UTF_8))).isEqualTo("\uFFFD");
        assertThat(encode(PayloadFormat.text, wrapped(file.toFile()))).isEqualTo("\uFFFD");
    }

    // ---- numbers

    static Stream<Arguments> numbers() {
        return Stream.of(
                arguments("2.5", 2.5),
                arguments("0.1", 0.1),
                arguments("1.0E10", 1.0E10),
                arguments("1e2", 100.0),
                arguments("-0.0", -0.0),
                arguments("1.10", new BigDecimal("1.10")),
                arguments("100.00", new BigDecimal("100.00")),
                arguments("0.12345678901234567890", new BigDecimal("0.12345678901234567890")),
                arguments("12345678901234567.5", new BigDecimal("12345678901234567.5")),
                arguments("9007199254740993", 9007199254740993L),
                arguments("1e400", new BigDecimal("1e400")),
                arguments("-1e400", new BigDecimal("-1e400")),
                arguments("1e-400", new BigDecimal("1e-400")));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void aNumberIsReadWithAllItsDigits(String text, Number value) throws Exception {
        assertThat(decode(text, null)).isEqualTo(value);
        assertThat(decode("{\"a\":[" + text + "]}", null)).isEqualTo(Map.of("a", List.of(value)));
        assertThat(decode(text, Number.class)).isEqualTo(value);
        assertThat(((Numbers) decode("{\"any\":" + text + "}", Numbers.class)).any).isEqualTo(value);
        assertThat(new BigDecimal(((JsonNode) decode(text, JsonNode.class)).asText())).isEqualByComparingTo(new BigDecimal(text));
        assertThat(new BigDecimal(PayloadCodec.readTree("[" + text + "]").get(0).asText()))
                .isEqualByComparingTo(new BigDecimal(text));
    }

    @Test
    void aNumberIsWrittenWithAllItsDigits() throws Exception {
        for (String digits : List.of("1.10", "0.12345678901234567890", "1E+400")) {
            BigDecimal number = new BigDecimal(digits);
            assertThat(encode(PayloadFormat.json, Map.of("n", number))).isEqualTo("{\"n\":" + digits + "}");
            assertThat(encode(PayloadFormat.json, DecimalNode.valueOf(number))).isEqualTo(digits);
            assertThat(JsonNodeConverter.toJsonNode(Map.of("n", number)).get("n").decimalValue()).isEqualTo(number);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"asDouble\":1e400}", "{\"asDouble\":-1e400}", "{\"asFloat\":1e39}", "{\"asDoubles\":[1,1e309]}", "{\"asInt\":1.9}",
        "{\"asInt\":2147483648}", "{\"asInteger\":1.5}", "{\"any\":1e99999999999}",
    })
    void aNumberThatItsTypeCantHoldIsRefused(String payload) {
        assertThatThrownBy(() -> decode(payload, Numbers.class)).isInstanceOf(JsonPayloadException.class)
                .hasMessageContaining("line 1, column ").hasMessageStartingWith("The payload is JSON ")
                .hasMessageNotContaining("1.9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "-1e400", "1e309"})
    void infiniteIsNoDouble(String payload) {
        assertThatThrownBy(() -> decode(payload, Double.class)).isInstanceOf(JsonPayloadException.class)
                .hasMessageContaining("can't be read exactly as java.lang.Double");
    }

    // ---- JDBC values

    static Stream<Arguments> jdbcValues() throws Exception {
        return Stream.of(
                arguments(object("jsonb", "{\"a\": 1.10}"), "{\"a\": 1.10}", "{\"a\": 1.10}"),
                arguments(object("json", "\"text\""), "\"text\"", "\"text\""),
                arguments(object("inet", "10.0.0.1/8"), "10.0.0.1/8", "\"10.0.0.1/8\""),
                arguments(object("numrange", null), "", "null"),
                arguments(new PGInterval("1 day 02:00:00"), "1 day 02:00:00", "\"1 day 02:00:00\""),
                arguments(new PGInterval("-1 year -2 mons +3 days -04:05:06.5"), "-1 years -2 mons +3 days -04:05:06.5",
                        "\"-1 years -2 mons +3 days -04:05:06.5\""),
                arguments(new PGInterval("0"), "00:00:00", "\"00:00:00\""),
                arguments(new PGpoint(1, 2.5), "(1,2.5)", "\"(1,2.5)\""),
                arguments(Timestamp.valueOf("2026-01-02 03:04:05.000006"), "2026-01-02T03:04:05.000006" + offset(),
                        "\"2026-01-02T03:04:05.000006" + offset() + "\""),
                arguments(new Timestamp(PGStatement.DATE_POSITIVE_INFINITY), "infinity", "\"infinity\""),
                arguments(Date.valueOf("2026-01-02"), "2026-01-02", "\"2026-01-02\""),
                arguments(new Time(Time.valueOf("03:04:05").getTime() + 6), "03:04:05.006", "\"03:04:05.006\""));
    }

    @ParameterizedTest
    @MethodSource("jdbcValues")
    void whatJdbcReturnsIsWrittenAsPostgresDoes(Object value, String text, String json) throws Exception {
        assertThat(encode(PayloadFormat.text, value)).isEqualTo(text);
        assertThat(encode(PayloadFormat.json, value)).isEqualTo(json);
        assertThat(encode(PayloadFormat.text, row(value))).isEqualTo("{\"column\":" + json + "}");
        assertThat(JsonNodeConverter.toJsonNode(row(value)).get("column")).isEqualTo(PayloadCodec.readTree(json));
    }

    @Test
    void bytesAreHexadecimalInARowAndBase64InABean() throws Exception {
        Numbers bean = new Numbers();
        bean.asBytes = new byte[] {1, (byte) 0xFF};

        assertThat(encode(PayloadFormat.json, List.of(row(bean.asBytes)))).isEqualTo("[{\"column\":\"\\\\x01ff\"}]");
        String written = encode(PayloadFormat.json, Map.of("bean", bean));
        assertThat(written).contains("\"asBytes\":\"Af8=\"");
    }

    // ---- parsed payloads

    @Test
    void aParsedPayloadIsJsonToWhoeverWantsAText() throws Exception {
        for (String json : List.of("{\"id\":1,\"lines\":[{\"item\":\"é\"}]}", "[{\"id\":1},[1.10]]")) {
            Object body = decode(json, null);
            assertThat(CONTEXT.getTypeConverter().convertTo(String.class, body)).isEqualTo(json);
            assertThat(CONTEXT.getTypeConverter().convertTo(byte[].class, body)).isEqualTo(json.getBytes(UTF_8));
            assertThat(CONTEXT.getTypeConverter().convertTo(InputStream.class, body)).hasBinaryContent(json.getBytes(UTF_8));
            assertThat(body).hasToString(json);
        }
        Map<?, ?> nested = (Map<?, ?>) decode("{\"a\":{\"b\":[1]}}", null);
        assertThat(nested.get("a")).hasToString("{\"b\":[1]}");
    }

    @Test
    void aParsedPayloadIsAMapAndAListLikeAnyOther() throws Exception {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("a", new ArrayList<>(Arrays.asList(1, null, Map.of("b", true))));
        Object parsed = decode("{\"a\":[1,null,{\"b\":true}]}", null);

        assertThat(parsed).isEqualTo(body).hasSameHashCodeAs(body);
        Object copy = serialized(parsed);
        assertThat(copy).isExactlyInstanceOf(LinkedHashMap.class).isEqualTo(body);
        assertThat(((Map<?, ?>) copy).get("a")).isExactlyInstanceOf(ArrayList.class);
    }

    @Test
    void aParsedPayloadThatHoldsSomethingElseByNowStillHasAText() throws Exception {
        @SuppressWarnings("unchecked")
        Map<String, Object> parsed = (Map<String, Object>) decode("{\"a\":1}", null);
        parsed.put("b", new Object());

        assertThat(parsed.toString()).startsWith("{a=1, b=");
    }

    // ---- unreadable bodies

    @Test
    void whatCantBeReadIsToBeHadFromTheExceptionAndNowhereElse() {
        for (String payload : List.of("{\"geheim\":", "\"geheim\"", "   ", "{\"asInt\":\"geheim\"}")) {
            assertThatThrownBy(() -> decode(payload, Numbers.class)).isInstanceOfSatisfying(JsonPayloadException.class, e -> {
                assertThat(e.getPayload()).isEqualTo(payload);
                assertThat(e.toString()).doesNotContain("geheim");
                assertThat(e).hasNoCause();
            });
        }
    }

    private static Object serialized(Object value) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    private static Map<String, Object> row(Object value) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("column", value);
        return row;
    }

    private static PGobject object(String type, String value) throws Exception {
        PGobject object = new PGobject();
        object.setType(type);
        object.setValue(value);
        return object;
    }

    private static String offset() {
        String id = Timestamp.valueOf("2026-01-02 03:04:05").toInstant().atZone(ZoneId.systemDefault()).getOffset().getId();
        return id.equals("Z") ? "+00:00" : id;
    }

    private static GenericFile<File> wrapped(File file) {
        GenericFile<File> wrapped = new GenericFile<>();
        wrapped.setFile(file);
        wrapped.setBody(file);
        return wrapped;
    }

    private static Document dom() throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader("<a>é</a>")));
    }

    private static String encode(PayloadFormat format, Object body) throws Exception {
        return codec(format, null).encode(exchange(body));
    }

    private static Object decode(String payload, Class<?> bodyType) throws Exception {
        return codec(PayloadFormat.json, bodyType).decode(payload).body();
    }

    private static PayloadCodec codec(PayloadFormat format, Class<?> bodyType) {
        PgPubSubConfiguration configuration = new PgPubSubConfiguration();
        configuration.setPayloadFormat(format);
        configuration.setBodyType(bodyType);
        return new PayloadCodec(configuration);
    }

    private static Exchange exchange(Object body) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.getMessage().setBody(body);
        return exchange;
    }

    /** A named argument, because a display name would consume the stream. */
    private static Arguments of(Object body, String text) {
        return arguments(named(body.getClass().getSimpleName(), body), text);
    }
}
