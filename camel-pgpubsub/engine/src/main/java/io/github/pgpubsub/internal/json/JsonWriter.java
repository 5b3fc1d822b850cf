package io.github.pgpubsub.internal.json;

import io.github.pgpubsub.internal.Utf8;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes headers as a JSON object, as far as PostgreSQL's jsonb holds it exactly. */
public final class JsonWriter {

    /** Deeper values are refused: a map that contains itself has no end. */
    static final int MAX_DEPTH = 100;
    /** Digits before and after the point that jsonb's numeric surely holds. */
    private static final int MAX_DIGITS = 1000;
    private static final Set<Class<?>> EXACT = Set.of(Byte.class, Short.class, Integer.class, Long.class, BigInteger.class);

    private final StringBuilder out = new StringBuilder();
    /** The header that is being written, for messages. */
    private final String header;

    private JsonWriter(String header) {
        this.header = header;
    }

    /**
     * Null: there are no headers.
     *
     * @throws IllegalArgumentException when a value can't be written; the message names the header and not the value
     */
    public static @Nullable String write(Map<String, Object> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        StringBuilder all = new StringBuilder("{");
        headers.forEach((name, value) -> {
            JsonWriter writer = new JsonWriter(name);
            writer.string(name);
            writer.out.append(':');
            writer.value(value, 0);
            all.append(all.length() == 1 ? "" : ",").append(writer.out);
        });
        return all.append('}').toString();
    }

    private void value(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw refused("is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof CharSequence text) {
            string(text.toString());
        } else if (value instanceof Number number) {
            number(number);
        } else if (value instanceof Map<?, ?> map) {
            object(map, depth);
        } else if (value instanceof List<?> list) {
            array(list, depth);
        } else {
            throw refused("is a " + value.getClass().getName()
                    + "; it must be a String, Boolean, number, or a Map or List of such values");
        }
    }

    private void object(Map<?, ?> map, int depth) {
        out.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator(); entries.hasNext();) {
            Map.Entry<?, ?> entry = entries.next();
            if (!(entry.getKey() instanceof String name)) {
                throw refused("has a Map with a key that is no String");
            }
            string(name);
            out.append(':');
            value(entry.getValue(), depth + 1);
            out.append(entries.hasNext() ? "," : "");
        }
        out.append('}');
    }

    private void array(List<?> list, int depth) {
        out.append('[');
        for (Iterator<?> values = list.iterator(); values.hasNext();) {
            value(values.next(), depth + 1);
            out.append(values.hasNext() ? "," : "");
        }
        out.append(']');
    }

    private void number(Number number) {
        BigDecimal exact;
        if (EXACT.contains(number.getClass())) {
            exact = new BigDecimal(number.toString());
        } else if (number instanceof BigDecimal decimal) {
            exact = decimal;
        } else if ((number instanceof Double || number instanceof Float) && Double.isFinite(number.doubleValue())) {
            exact = new BigDecimal(number.toString());
        } else {
            throw refused(number instanceof Double || number instanceof Float ? "is no finite number"
                    : "is a " + number.getClass().getName() + ", of which nobody knows whether a JSON number holds it");
        }
        if (Math.abs((long) exact.scale()) + exact.precision() > MAX_DIGITS) {
            throw refused("is a number of more than " + MAX_DIGITS + " digits");
        }
        out.append(exact);
    }

    private void string(String text) {
        try {
            long unused = Utf8.check("text", text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The header " + name() + " can't be sent. " + e.getMessage(), e);
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("The header " + name() + " can't be sent: it " + why);
    }

    private String name() {
        return header.replaceAll("\\p{Cntrl}", "?");
    }
}
