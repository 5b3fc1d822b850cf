package io.github.pgpubsub.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers come back as they were, and nothing else is read or written. */
class JsonTest {

    @Test
    void noHeadersAreNoJson() {
        assertThat(JsonWriter.write(Map.of())).isNull();
        assertThat(JsonReader.read("{}")).isEmpty();
    }

    @Test
    void numbersComeBackInTheSmallestTypeThatHoldsThem() {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("byte", (byte) 1);
        headers.put("long", Long.MIN_VALUE);
        headers.put("integer", new BigInteger("9223372036854775808"));
        headers.put("double", 1.5e300);
        headers.put("float", 0.1f);
        headers.put("decimal", new BigDecimal("0.12345678901234567890"));
        headers.put("scale", new BigDecimal("1E+3"));
        assertThat(JsonReader.read(written(headers))).containsExactly(Map.entry("byte", 1L), Map.entry("long", Long.MIN_VALUE),
                Map.entry("integer", new BigDecimal("9223372036854775808")), Map.entry("double", 1.5e300),
                Map.entry("float", 0.1),
                Map.entry("decimal", new BigDecimal("0.12345678901234567890")), Map.entry("scale", 1000L));
    }

    private static String written(Map<String, Object> headers) {
        String json = JsonWriter.write(headers);
        assertThat(json).isNotNull();
        return json;
    }

    @Test
    void nullIsKeptWithinAValue() {
        Map<String, Object> headers = Map.of("list", Arrays.asList(1, null, "x"));
        assertThat(JsonReader.read(written(headers))).isEqualTo(Map.of("list", Arrays.asList(1L, null, "x")));
    }

    @Test
    void whatIsReadCantBeChanged() {
        Map<String, Object> read = JsonReader.read("{\"a\": {\"b\": [1]}}");
        assertThatThrownBy(() -> read.put("c", 1)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((Map<?, ?>) read.get("a")).clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aNumberThatOthersChangeIsRefused() {
        assertThatThrownBy(() -> JsonWriter.write(Map.of("n", new AtomicInteger(1)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The header n can't be sent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
        "{\"a\":tru}", "{\"a\":1}x",
        "{\"a\":\"\\u12\"}", "{\"a\":\"\\x\"}", "{\"a\":--1}", "{\"a\":}", "{\"a\" 1}", "null"})
    void whatIsNoObjectIsRefused(String text) {
        assertThatThrownBy(() -> JsonReader.read(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("Not a JSON object: .* at index \\d+|JSON that ends too early");
    }

    @Test
    void tooDeepIsRefused() {
        assertThatThrownBy(() -> JsonReader.read("{\"a\":" + "[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deeper");
    }

    @Property
    void anyHeadersComeBack(@ForAll("objects") Map<String, Object> headers) {
        if (!headers.isEmpty()) {
            assertThat(JsonReader.read(written(headers))).isEqualTo(headers);
        }
    }

    @Provide
    Arbitrary<Map<String, Object>> objects() {
        Arbitrary<String> texts = Arbitraries.strings().withCharRange('\u0001', '\ud7ff').ofMaxLength(20);
        Arbitrary<Object> leaves = Arbitraries.oneOf(texts.map(each -> each), Arbitraries.of(true, false),
                Arbitraries.longs().map(each -> each),
                Arbitraries.doubles().filter(each -> each != Math.rint(each)).map(each -> each));
        Arbitrary<Object> values = Arbitraries.lazyOf(() -> leaves, () -> leaves,
                () -> leaves.list().ofMaxSize(4).map(each -> (Object) List.copyOf(each)),
                () -> Arbitraries.maps(texts, leaves).ofMaxSize(4).map(each -> (Object) each));
        return Arbitraries.maps(texts, values).ofMaxSize(5);
    }
}
