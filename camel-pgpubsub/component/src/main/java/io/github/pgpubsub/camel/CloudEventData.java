package io.github.pgpubsub.camel;

import com.fasterxml.jackson.databind.util.RawValue;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The data of an event.
 *
 * @param contentType its media type; null: there is no data
 * @param member      the event's member for it, {@code data} or {@code data_base64}; null: there is no data
 * @param value       what JSON is made of; null: there is no data
 */
record CloudEventData(@Nullable String contentType, @Nullable String member, @Nullable Object value) {

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain";
    private static final String XML = "application/xml";
    private static final String BINARY = "application/octet-stream";

    /**
     * Makes data of the exchange's body.
     *
     * @param declared media type that the headers name; null: none
     * @throws CamelExchangeException when the body can't be read; the text does not quote the body
     */
    static CloudEventData of(Exchange exchange, @Nullable String declared, Json.Limit limit) throws CamelExchangeException {
        Object body = exchange.getMessage().getBody();
        if (body == null) {
            return new CloudEventData(declared, null, null);
        } else if (BodyText.isXml(body)) {
            return text(BodyText.of(exchange, body, limit), declared == null || CloudEvent.isJson(declared) ? XML : declared);
        } else if (body instanceof CharSequence || body instanceof Reader) {
            return text(BodyText.of(exchange, body, limit), declared == null ? TEXT : declared);
        } else if (BodyText.isContent(body)) {
            return content(exchange, BodyBytes.of(exchange, body, limit), declared == null ? BINARY : declared, limit);
        }
        return new CloudEventData(declared != null && CloudEvent.isJson(declared) ? declared : JSON, CloudEvent.DATA, body);
    }

    /** Text that is said to be JSON, but is none, is a JSON string. */
    private static CloudEventData text(String text, String contentType) {
        Object value = CloudEvent.isJson(contentType) && CloudEvent.isJsonText(text) ? new RawValue(text) : text;
        return new CloudEventData(contentType, CloudEvent.DATA, value);
    }

    private static CloudEventData content(Exchange exchange, byte[] bytes, String contentType, Json.Limit limit) {
        if (CloudEvent.isJson(contentType)) {
            String json = utf8(bytes);
            if (json != null && CloudEvent.isJsonText(json)) {
                return new CloudEventData(contentType, CloudEvent.DATA, new RawValue(json));
            }
        } else if (CloudEvent.isText(contentType)) {
            try {
                return new CloudEventData(contentType, CloudEvent.DATA, BodyText.of(exchange, bytes, limit));
            } catch (CamelExchangeException e) {
                // Not in the charset of the exchange, so only the bytes are certain.
                return binary(bytes, contentType);
            }
        }
        return binary(bytes, contentType);
    }

    private static CloudEventData binary(byte[] bytes, String contentType) {
        return new CloudEventData(contentType, CloudEvent.DATA_BASE64, Base64.getEncoder().encodeToString(bytes));
    }

    /** Null: the bytes are no UTF-8, the only encoding of JSON between systems. */
    static @Nullable String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
