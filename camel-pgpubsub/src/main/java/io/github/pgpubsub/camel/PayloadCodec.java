package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.File;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Path;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.UUID;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;

/** Bodies to payloads and back; see the option payloadFormat. Thread-safe. */
final class PayloadCodec {

    private static final int MAX_DEPTH = 1000;
    private static final int MAX_DIGITS = 1000;

    // No polymorphic typing: a payload can't name a class. Its size is bounded by PostgreSQL (7999 bytes), and here what so few
    // bytes could still do: a stack that overflows, a number that takes long to read.
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH).maxNumberLength(MAX_DIGITS).build())
                    .streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .build())
            .addModule(new JavaTimeModule())
            .addModule(new Jdk8Module())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final PayloadFormat format;
    private final Class<?> bodyType;

    PayloadCodec(PgPubSubConfiguration configuration) {
        this.format = configuration.getPayloadFormat();
        this.bodyType = configuration.getBodyType() == null ? Object.class : configuration.getBodyType();
    }

    /** @throws CamelExchangeException when the body can't be written; the message does not repeat it */
    String encode(Exchange exchange) throws CamelExchangeException {
        Object body = exchange.getMessage().getBody();
        if (body instanceof String text && format == PayloadFormat.text) {
            return text;
        }
        if (isContent(body) || format == PayloadFormat.text && isValue(body)) {
            return text(exchange);
        }
        if (format == PayloadFormat.json) {
            return json(exchange, body);
        }
        return body == null ? "" : textOrJson(exchange, body);
    }

    /** @throws JsonPayloadException when the payload is not JSON, or not of the wanted type */
    Object decode(String payload) throws JsonPayloadException {
        if (format == PayloadFormat.text) {
            return payload;
        }
        return read(payload, bodyType);
    }

    /** @throws JsonPayloadException when it is not JSON */
    static JsonNode readTree(String json) throws JsonPayloadException {
        return read(json, JsonNode.class);
    }

    static JsonNode toTree(Object value) {
        return JSON.valueToTree(value);
    }

    private static <T> T read(String json, Class<T> type) throws JsonPayloadException {
        if (json.isBlank()) {
            throw new JsonPayloadException("The payload is empty, which is not JSON (line 1, column 1)");
        }
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new JsonPayloadException(type, e);
        }
    }

    /** Bodies that carry content: taken as they are in either format. */
    private static boolean isContent(Object body) {
        return body instanceof byte[] || body instanceof InputStream || body instanceof Reader || body instanceof StreamCache
                || body instanceof File || body instanceof Path || body instanceof WrappedFile;
    }

    /** Bodies with a text of their own. */
    private static boolean isValue(Object body) {
        return body instanceof CharSequence || body instanceof Number || body instanceof Boolean || body instanceof Enum
                || body instanceof UUID || body instanceof Character || body instanceof TemporalAccessor
                || body instanceof TemporalAmount || body instanceof org.w3c.dom.Node;
    }

    private static String text(Exchange exchange) throws CamelExchangeException {
        Object body = exchange.getMessage().getBody();
        if (body instanceof CharSequence || body instanceof TemporalAccessor || body instanceof TemporalAmount) {
            return body.toString();
        }
        Object source = body instanceof Path path ? path.toFile() : body;
        try {
            return exchange.getContext().getTypeConverter().mandatoryConvertTo(String.class, exchange, source);
        } catch (Exception e) {
            throw new CamelExchangeException("A body of " + body.getClass().getName() + " can't be read as text", exchange, e);
        }
    }

    /** What JSON would write as a string needs no quotes; everything else is JSON. */
    private static String textOrJson(Exchange exchange, Object body) throws CamelExchangeException {
        try {
            String json = JSON.writeValueAsString(body);
            return json.startsWith("\"") ? JSON.readValue(json, String.class) : json;
        } catch (JsonProcessingException e) {
            throw notWritable(exchange, body, e);
        }
    }

    private static String json(Exchange exchange, Object body) throws CamelExchangeException {
        try {
            if (body instanceof org.w3c.dom.Node) {
                return JSON.writeValueAsString(text(exchange));
            }
            return JSON.writeValueAsString(body instanceof CharSequence ? body.toString() : body);
        } catch (JsonProcessingException e) {
            throw notWritable(exchange, body, e);
        }
    }

    private static CamelExchangeException notWritable(Exchange exchange, Object body, Exception cause) {
        return new CamelExchangeException("A body of " + body.getClass().getName() + " can't be written as JSON", exchange, cause);
    }
}
