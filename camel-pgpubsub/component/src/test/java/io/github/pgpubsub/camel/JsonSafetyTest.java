package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON from an untrusted sender can neither exhaust the stack nor choose a class. */
class JsonSafetyTest {

    private static final int DEEP = 100_000;

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"next\":", "[[{\"next\":"})
    void deepNestingIsRefused(String level) {
        for (Class<?> type : new Class<?>[] {null, level.startsWith("[") ? List.class : Tree.class}) {
            assertThatThrownBy(() -> codec(PayloadFormat.json, type).decode(level.repeat(DEEP)))
                    .isInstanceOf(JsonPayloadException.class).hasMessageContaining("nesting depth").hasNoCause();
        }
    }

    @Test
    void nestingWithinReasonIsRead() throws Exception {
        Object read = codec(PayloadFormat.json, null).decode("[".repeat(500) + "]".repeat(500)).body();

        assertThat(read).isInstanceOf(List.class);
    }

    @Test
    void aNumberThatTakesLongToReadIsRefused() {
        assertThatThrownBy(() -> codec(PayloadFormat.json, null).decode("1".repeat(5000)))
                .isInstanceOf(JsonPayloadException.class).hasMessageContaining("length").hasMessageNotContaining("1111");
    }

    @Test
    void aClassNamedInThePayloadIsText() throws Exception {
        String payload = """
                {"@class":"java.net.URL","@type":"java.net.URL","class":"java.net.URL","url":["java.net.URL","http://localhost/"]}""";
        Map<String, Object> plain = Map.of("@class", "java.net.URL", "@type", "java.net.URL", "class", "java.net.URL",
                "url", List.of("java.net.URL", "http://localhost/"));

        assertThat(codec(PayloadFormat.json, null).decode(payload).body()).isEqualTo(plain);
        assertThat(codec(PayloadFormat.json, Map.class).decode(payload).body()).isEqualTo(plain);
        Tree read = (Tree) codec(PayloadFormat.json, Tree.class).decode("{\"value\":" + payload + "}").body();
        assertThat(read.value).isEqualTo(plain);
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatContainsItselfFailsItsExchange(PayloadFormat format) {
        List<Object> list = new ArrayList<>();
        list.add(list);
        Map<String, Object> map = new HashMap<>();
        map.put("itself", map);
        Tree bean = new Tree();
        bean.value = bean;
        Object deep = List.of();
        for (int i = 0; i < DEEP; i++) {
            deep = List.of(deep);
        }

        for (Object body : new Object[] {list, map, bean, deep}) {
            assertThatThrownBy(() -> codec(format, null).encode(exchange(body)))
                    .isInstanceOf(CamelExchangeException.class).hasMessageContaining("can't be written as JSON");
        }
    }

    private static PayloadCodec codec(PayloadFormat format, Class<?> bodyType) {
        PgPubSubConfiguration configuration = new PgPubSubConfiguration();
        configuration.setPayloadFormat(format);
        configuration.setBodyType(bodyType);
        return new PayloadCodec(configuration);
    }

    private static Exchange exchange(Object body) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setBody(body);
        return exchange;
    }

    /** A type that can hold anything. */
    public static class Tree {
        public Object value;
        public Tree next;
    }
}
