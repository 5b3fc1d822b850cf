package io.github.pgpubsub.camel;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets headers travel with kept messages and in CloudEvents, as JSON. Strings, booleans and the usual finite numbers travel as they are, and lists and maps of them.
 * Characters, enums, UUIDs and times become text, and so do bytes that are UTF-8 (camel-kafka delivers headers so). Everything else stays
 * behind, with a line at DEBUG, as with camel-kafka and camel-jms: a header that another endpoint has left must not fail the exchange.
 * Immutable.
 */
final class TravellingHeaders {

    private static final Logger LOG = LoggerFactory.getLogger(TravellingHeaders.class);
    private static final String CAMEL = "Camel";
    /** Deeper values are cyclic. */
    private static final int DEEPEST = 32;

    private final HeaderFilterStrategy strategy;

    TravellingHeaders(HeaderFilterStrategy strategy) {
        this.strategy = strategy;
    }

    /** Passes the headers that travel. */
    void out(Exchange exchange, BiConsumer<String, Object> travels) {
        exchange.getMessage().getHeaders().forEach((name, value) -> {
            if (value == null || isCamels(name) || strategy.applyFilterToCamelHeaders(name, value, exchange)) {
                return;
            }
            Object json = storable(name) == null ? null : json(value, 0);
            if (json == null) {
                LOG.debug("The header {} does not travel: JSON can't hold a {}", name, value.getClass().getTypeName());
            } else {
                travels.accept(name, json);
            }
        });
    }

    /** Sets the headers that have travelled. */
    void in(Map<String, Object> travelled, Exchange exchange, Map<String, Object> headers) {
        travelled.forEach((name, value) -> {
            if (!isCamels(name) && !strategy.applyFilterToExternalHeaders(name, value, exchange)) {
                headers.put(name, value);
            }
        });
    }

    /** In any case: Camel's header names have none, so plain SQL could otherwise set {@code CAMELpgpubsuboverridechannel}. */
    private static boolean isCamels(String name) {
        return name.regionMatches(true, 0, CAMEL, 0, CAMEL.length());
    }

    @SuppressWarnings("JavaUtilDate") // Headers have it all the same.
    private static @Nullable Object json(Object value, int depth) {
        if (value instanceof Boolean || value instanceof Integer || value instanceof Long || value instanceof Short
                || value instanceof Byte || value instanceof BigInteger || value instanceof BigDecimal) {
            return value;
        } else if (value instanceof Double || value instanceof Float) {
            return Double.isFinite(((Number) value).doubleValue()) ? value : null;
        } else if (value instanceof CharSequence || value instanceof Character || value instanceof Enum || value instanceof UUID
                || value instanceof TemporalAccessor || value instanceof TemporalAmount) {
            return storable(value.toString());
        } else if (value instanceof Date date) {
            return Instant.ofEpochMilli(date.getTime()).toString();
        } else if (value instanceof byte[] bytes) {
            return text(bytes);
        } else if (depth < DEEPEST && value instanceof Map<?, ?> map) {
            return json(map, depth);
        } else if (depth < DEEPEST && value instanceof List<?> list) {
            return json(list, depth);
        }
        return null;
    }

    /** The server can store neither a NUL character nor half a surrogate pair. */
    private static @Nullable String storable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text) ? text : null;
    }

    /** All or nothing: a part would be another value. */
    private static @Nullable Object json(Map<?, ?> map, int depth) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object value = entry.getValue() == null ? null : json(entry.getValue(), depth + 1);
            if (value == null || !(entry.getKey() instanceof String name) || storable(name) == null) {
                return null;
            }
            json.put(name, value);
        }
        return json;
    }

    private static @Nullable Object json(List<?> list, int depth) {
        List<Object> json = new ArrayList<>(list.size());
        for (Object each : list) {
            Object value = each == null ? null : json(each, depth + 1);
            if (value == null) {
                return null;
            }
            json.add(value);
        }
        return json;
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return storable(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
