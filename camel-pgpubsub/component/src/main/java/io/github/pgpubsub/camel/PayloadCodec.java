package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Map;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

/** Converts bodies to payloads and back, by the option payloadFormat. Thread-safe. */
final class PayloadCodec {

    private final PayloadFormat format;
    private final Class<?> bodyType;
    private final Json.Limit limit;
    private final CloudEventWriter eventWriter;
    private final CloudEventReader eventReader;

    /**
     * What a payload holds.
     *
     * @param event null: the payload is no event, or nobody asked
     */
    record Content(@Nullable Object body, @Nullable CloudEvent event) {}

    PayloadCodec(PgPubSubConfiguration configuration) {
        this.limit = configuration.isDurable() || configuration.storesOversize()
                ? Json.Limit.maxPayload(configuration.getMaxPayload())
                : Json.Limit.NOTIFICATION;
        this.format = configuration.getPayloadFormat();
        this.bodyType = configuration.getBodyType() == null ? Object.class : configuration.getBodyType();
        this.eventWriter = new CloudEventWriter(configuration, limit);
        this.eventReader = new CloudEventReader(bodyType);
    }

    /** @throws CamelExchangeException when the body can't be written; the message does not quote the body */
    String encode(Exchange exchange) throws CamelExchangeException {
        Object body = exchange.getMessage().getBody();
        if (body instanceof String text && format == PayloadFormat.text) {
            return text;
        } else if (format == PayloadFormat.cloudevents) {
            return eventWriter.write(exchange);
        } else if (BodyText.isContent(body)) {
            return BodyText.of(exchange, body, limit);
        } else if (format == PayloadFormat.json) {
            return json(exchange, body);
        } else if (body == null) {
            return "";
        } else if (body instanceof PGobject object) {
            String text = JdbcValues.text(object);
            return text == null ? "" : text;
        } else if (BodyText.isValue(body) || (!isStructure(body) && BodyText.converter(exchange, body) != null)) {
            return BodyText.of(exchange, body, limit);
        }
        return textOrJson(exchange, body);
    }

    /** @throws JsonPayloadException when the payload is not JSON, or can't be read into the bodyType */
    Content decode(String payload) throws JsonPayloadException {
        if (format == PayloadFormat.json) {
            return new Content(read(payload, bodyType), null);
        }
        CloudEvent event = format == PayloadFormat.cloudevents ? eventReader.read(payload) : null;
        return event == null ? new Content(payload, null) : new Content(event.body(), event);
    }

    /** @throws JsonPayloadException when the text is not JSON */
    static JsonNode readTree(String json) throws JsonPayloadException {
        return read(json, JsonNode.class);
    }

    private static <T> T read(String json, Class<T> type) throws JsonPayloadException {
        if (json.isBlank()) {
            throw new JsonPayloadException(json);
        }
        try {
            return Json.read(json, type);
        } catch (JsonProcessingException e) {
            throw new JsonPayloadException(json, type, e);
        }
    }

    /** Whether the body is written as JSON in either format, even if a converter to String exists. */
    private static boolean isStructure(Object body) {
        return body instanceof Map || body instanceof Collection || body instanceof JsonNode || body.getClass().isArray();
    }

    /** Writes JSON, but without the quotes if the JSON is a single string. */
    private String textOrJson(Exchange exchange, Object body) throws CamelExchangeException {
        try {
            String json = Json.payload(body, limit);
            return json.startsWith("\"") ? Json.read(json, String.class) : json;
        } catch (JsonProcessingException e) {
            throw notWritable(exchange, body, e);
        }
    }

    private String json(Exchange exchange, Object body) throws CamelExchangeException {
        try {
            if (BodyText.isXml(body)) {
                return Json.payload(BodyText.of(exchange, body, limit), limit);
            }
            return Json.payload(body instanceof CharSequence ? body.toString() : body, limit);
        } catch (JsonProcessingException e) {
            throw notWritable(exchange, body, e);
        }
    }

    private static CamelExchangeException notWritable(Exchange exchange, Object body, Exception cause) {
        return new CamelExchangeException("A body of " + body.getClass().getName() + " can't be written as JSON", exchange,
                cause);
    }
}
