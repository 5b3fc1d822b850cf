package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.github.pgpubsub.Payload;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON. */
final class Json {

    private static final int MAX_DEPTH = 1000;
    private static final int MAX_DIGITS = 1000;

    /**
     * How long a payload may become.
     *
     * @param characters more are not written
     * @param advice     the end of the error text
     */
    record Limit(int characters, String advice) {

        /** Above PostgreSQL's limit, so that the error for a slightly too long payload can state its size. */
        static final Limit NOTIFICATION = new Limit(1 << 20, "PostgreSQL takes at most " + Payload.MAX_BYTES
                + " bytes. Send a key and keep the data in a table");

        /** The same for bytes, of which no usual charset has more than four for each character. */
        Limit inBytes() {
            return new Limit((int) Math.min(Integer.MAX_VALUE - 8, 4L * characters), advice);
        }

        static Limit maxPayload(int bytes) {
            return new Limit(bytes, "the option maxPayload allows " + bytes + " bytes");
        }
    }

    // No polymorphic typing: a payload can't name a class. PostgreSQL limits the size of a payload (7999 bytes). The limits here
    // prevent the remaining attacks: nesting that overflows the stack, and numbers that take long to parse.
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH).maxNumberLength(MAX_DIGITS).build())
            .streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build())
            .addModule(new JavaTimeModule())
            .addModule(new Jdk8Module())
            .addModule(new JdbcValues())
            .addModule(new SimpleModule("pgpubsub bodies")
                    .addAbstractTypeMapping(Map.class, JsonObjectBody.class)
                    .addAbstractTypeMapping(List.class, JsonArrayBody.class))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // Keep numbers exact: 1.9 is not an int, and the trailing zero of 1.10 counts.
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Reads a value that other members of an object may follow. */
    private static final ObjectReader MEMBER = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    private static String write(Object value) throws JsonProcessingException {
        return MAPPER.writeValueAsString(value);
    }

    /**
     * Writes a payload. Stops when the text is too long, because a body may be endless.
     *
     * @throws IllegalArgumentException when the text exceeds the bound; the message does not quote the text
     */
    static String payload(Object value, Limit limit) throws JsonProcessingException {
        Bounded text = new Bounded(limit.characters);
        try {
            MAPPER.writeValue(text, value);
        } catch (TooLongException e) {
            throw new IllegalArgumentException(
                    "The payload has more than " + limit.characters + " characters as JSON; " + limit.advice);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("A String can be written", e);
        }
        return text.toString();
    }

    /** Neither a Jackson exception nor unchecked, so that no serializer wraps it. */
    private static final class TooLongException extends IOException {

        @Serial
        private static final long serialVersionUID = 1L;
    }

    private static final class Bounded extends Writer {

        private final StringBuilder text = new StringBuilder();
        private final int longest;

        Bounded(int longest) {
            this.longest = longest;
        }

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            if (text.length() + length > longest) {
                throw new TooLongException();
            }
            text.append(characters, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public String toString() {
            return text.toString();
        }
    }

    static <T> T read(String json, Class<T> type) throws JsonProcessingException {
        try (JsonParser parser = new ExactNumbers(MAPPER.createParser(json))) {
            return MAPPER.readValue(parser, type);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("A String can be read", e);
        }
    }

    /** Reads the value of a member of the JSON object; with several of this name, the last. Positions in errors are those in the text. */
    static <T> @Nullable T readMember(String json, String name, Class<T> type) throws JsonProcessingException {
        T value = null;
        try (JsonParser parser = new ExactNumbers(MAPPER.createParser(json))) {
            parser.nextToken();
            for (String each = parser.nextFieldName(); each != null; each = parser.nextFieldName()) {
                parser.nextToken();
                if (each.equals(name)) {
                    value = MEMBER.forType(type).readValue(parser);
                } else {
                    parser.skipChildren();
                }
            }
            return value;
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("A String can be read", e);
        }
    }

    static JsonNode toTree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** @param otherwise text for a body that holds values that can't be written as JSON */
    static String text(JsonBody body, Supplier<String> otherwise) {
        try {
            return write(body);
        } catch (JsonProcessingException e) {
            return otherwise.get();
        }
    }
}
