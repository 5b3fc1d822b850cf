package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** JSON as this component reads and writes it. */
final class Json {

    private static final int MAX_DEPTH = 1000;
    private static final int MAX_DIGITS = 1000;
    private static final int MAX_CHARACTERS = 1 << 20;

    // No polymorphic typing: a payload can't name a class. Its size is bounded by PostgreSQL (7999 bytes), and here what so few
    // bytes could still do: a stack that overflows, a number that takes long to read.
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
            // 1.9 is no int, and 1.10 has two digits.
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    private static String write(Object value) throws JsonProcessingException {
        return MAPPER.writeValueAsString(value);
    }

    /**
     * Writes what is to be sent. A body may have no end, so writing stops where it is far too long; until there it goes on, for the
     * message about one that is a bit too long has its size.
     *
     * @throws IllegalArgumentException when it is longer than any payload can be; the message does not repeat it
     */
    static String payload(Object value) throws JsonProcessingException {
        Bounded text = new Bounded();
        try {
            MAPPER.writeValue(text, value);
        } catch (TooLongException e) {
            throw new IllegalArgumentException(
                    "The payload has more than " + MAX_CHARACTERS + " characters as JSON; PostgreSQL takes at"
                            + " most " + Payload.MAX_BYTES + " bytes. Send a key and keep the data in a table");
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("A String can be written", e);
        }
        return text.toString();
    }

    /** Not of Jackson and not unchecked, so no serializer wraps it. */
    private static final class TooLongException extends IOException {

        @Serial
        private static final long serialVersionUID = 1L;
    }

    private static final class Bounded extends Writer {

        private final StringBuilder text = new StringBuilder();

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            if (text.length() + length > MAX_CHARACTERS) {
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

    static JsonNode toTree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** @param otherwise for what was put into it and can't be written */
    static String text(JsonBody body, Supplier<String> otherwise) {
        try {
            return write(body);
        } catch (JsonProcessingException e) {
            return otherwise.get();
        }
    }
}
