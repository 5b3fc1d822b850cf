package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.KeptMessage;
import io.github.pgpubsub.kept.NewMessage;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;

/**
 * Converts bodies to kept messages and back. With {@code payloadFormat=text} binary bodies stay bytes; everything else becomes the text
 * that a notification would have. Thread-safe.
 */
final class KeptCodec {

    private final PayloadCodec codec;
    private final boolean binary;
    private final boolean events;
    private final int maxPayload;

    KeptCodec(PgPubSubConfiguration configuration) {
        this.codec = new PayloadCodec(configuration);
        this.binary = configuration.getPayloadFormat() == PayloadFormat.text;
        this.events = configuration.getPayloadFormat() == PayloadFormat.cloudevents;
        this.maxPayload = configuration.getMaxPayload();
    }

    /**
     * @throws CamelExchangeException   when the body can't be read or written; the text does not quote the body
     * @throws IllegalArgumentException when the payload is larger than the option maxPayload; the text gives size and limit
     */
    void encode(Exchange exchange, NewMessage.Builder message) throws CamelExchangeException {
        Object body = exchange.getMessage().getBody();
        if (binary && BodyText.isContent(body) && !(body instanceof Reader)) {
            message.bytes(BodyBytes.of(exchange, body, maxPayload));
        } else {
            message.payload(checked(codec.encode(exchange), maxPayload));
        }
    }

    /** @throws IllegalArgumentException when the payload has more bytes; the text gives size and limit */
    static String checked(String payload, int maxPayload) {
        long bytes = utf8Length(payload);
        if (bytes > maxPayload) {
            throw BodyBytes.tooLarge(bytes, maxPayload);
        }
        return payload;
    }

    /** Half a surrogate pair counts as two bytes; the engine refuses it. */
    static long utf8Length(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }

    /** @throws JsonPayloadException when JSON is wanted, and the payload is not JSON or can't be read into the bodyType */
    PayloadCodec.Content decode(KeptMessage message) throws JsonPayloadException {
        byte[] bytes = message.bytes();
        String payload = message.payload();
        if (binary) {
            return new PayloadCodec.Content(bytes != null ? bytes : payload, null);
        }
        PayloadCodec.Content content = codec.decode(
                bytes != null ? new String(bytes, StandardCharsets.UTF_8) : payload == null ? "" : payload);
        return events && bytes != null && content.event() == null ? new PayloadCodec.Content(bytes, null) : content;
    }
}
