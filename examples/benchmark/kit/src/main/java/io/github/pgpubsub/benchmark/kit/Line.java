package io.github.pgpubsub.benchmark.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A line of the protocol: a word and named values. Values are URL-encoded, so a space is always a separator. */
public record Line(String word, Map<String, String> values) {

    public static final String OK = "ok";
    /** The answer to a command that failed. */
    public static final String FAILED = "failed";
    /** The answer to an unsupported command. */
    public static final String CANNOT = "cannot";

    public static Line of(String word) {
        return new Line(word, Map.of());
    }

    public static Line ok() {
        return of(OK);
    }

    public Line with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value.toString());
        return new Line(word, more);
    }

    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("'%s' needs a value for '%s'".formatted(word, name));
        }
        return value;
    }

    public long number(String name) {
        return Long.parseLong(text(name));
    }

    public int integer(String name) {
        return Integer.parseInt(text(name));
    }

    public static Line parse(String line) {
        String[] parts = line.trim().split(" ");
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("'%s' is not name=value".formatted(parts[i]));
            }
            values.put(parts[i].substring(0, equals), URLDecoder.decode(parts[i].substring(equals + 1), UTF_8));
        }
        return new Line(parts[0], values);
    }

    @Override
    public String toString() {
        return word + values.entrySet().stream()
                .map(value -> " " + value.getKey() + "=" + URLEncoder.encode(value.getValue(), UTF_8))
                .collect(Collectors.joining());
    }
}
