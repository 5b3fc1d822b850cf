package io.github.pgpubsub.internal.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a JSON object into unmodifiable Maps and Lists with String, Boolean, Long, Double or, where neither holds it, BigDecimal. */
public final class JsonReader {

    /** Plain SQL may have written more than {@link JsonWriter} does; this much a thread's stack surely holds. */
    private static final int MAX_DEPTH = 500;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException when the text is no JSON object, or nested too deeply; the message does not repeat it */
    public static Map<String, Object> read(String text) {
        JsonReader reader = new JsonReader(text);
        try {
            reader.space();
            Map<String, Object> object = reader.object(0);
            if (reader.at != text.length()) {
                throw reader.wrong("more than one value");
            }
            return object;
        } catch (StringIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("JSON that ends too early", e);
        }
    }

    private @Nullable Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong("nested deeper than " + MAX_DEPTH + " levels");
        }
        return switch (text.charAt(at)) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            default -> number();
        };
    }

    @SuppressWarnings("NullAway") // a JSON null is a null value
    private Map<String, Object> object(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        if (!ends('}')) {
            do {
                String name = string();
                expect(':');
                object.put(name, value(depth + 1));
                space();
            } while (goesOn('}'));
        }
        return Collections.unmodifiableMap(object);
    }

    @SuppressWarnings("NullAway") // a JSON null is a null value
    private List<Object> array(int depth) {
        List<Object> array = new ArrayList<>();
        expect('[');
        if (!ends(']')) {
            do {
                array.add(value(depth + 1));
                space();
            } while (goesOn(']'));
        }
        return Collections.unmodifiableList(array);
    }

    private boolean ends(char end) {
        if (text.charAt(at) != end) {
            return false;
        }
        expect(end);
        return true;
    }

    private boolean goesOn(char end) {
        if (ends(end)) {
            return false;
        }
        expect(',');
        return true;
    }

    private String string() {
        if (text.charAt(at) != '"') {
            throw wrong("no string");
        }
        at++;
        int begin = at;
        while (text.charAt(at) != '"' && text.charAt(at) != '\\') {
            at++;
        }
        String string = text.substring(begin, at);
        if (text.charAt(at) == '\\') {
            StringBuilder unescaped = new StringBuilder(string);
            while (text.charAt(at) != '"') {
                unescaped.append(character());
            }
            string = unescaped.toString();
        }
        at++;
        space();
        return string;
    }

    private char character() {
        char c = text.charAt(at++);
        if (c != '\\') {
            return c;
        }
        char escaped = text.charAt(at++);
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            case '"', '\\', '/' -> escaped;
            default -> throw wrong("an unknown escape");
        };
    }

    private char hexadecimal() {
        at += 4;
        try {
            return (char) Integer.parseInt(text, at - 4, at, 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw wrong("no hexadecimal digits");
        }
    }

    private @Nullable Object literal(String literal, @Nullable Object value) {
        if (!text.startsWith(literal, at)) {
            throw wrong("no value");
        }
        at += literal.length();
        space();
        return value;
    }

    private Number number() {
        int begin = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        BigDecimal exact;
        try {
            exact = new BigDecimal(text.substring(begin, at));
        } catch (NumberFormatException e) {
            throw wrong("no value");
        }
        space();
        if (exact.scale() <= 0 && exact.precision() - (long) exact.scale() <= 19) {
            try {
                return exact.longValueExact();
            } catch (ArithmeticException e) {
                return exact;
            }
        }
        double rounded = exact.doubleValue();
        boolean same = Double.isFinite(rounded) && new BigDecimal(Double.toString(rounded)).compareTo(exact) == 0;
        return same ? (Number) rounded : exact;
    }

    private void expect(char c) {
        if (text.charAt(at) != c) {
            throw wrong("no " + c);
        }
        at++;
        space();
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("Not a JSON object: " + what + " at index " + at);
    }
}
