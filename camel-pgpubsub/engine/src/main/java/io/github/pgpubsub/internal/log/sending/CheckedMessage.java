package io.github.pgpubsub.internal.log.sending;

import io.github.pgpubsub.internal.Utf8;
import io.github.pgpubsub.internal.json.JsonWriter;
import io.github.pgpubsub.kept.NewMessage;
import org.jspecify.annotations.Nullable;

/** A message that the server takes, so it fails no other one of its batch. Immutable, but for the bytes. */
public final class CheckedMessage {

    final String channel;
    final @Nullable String key;
    final @Nullable String payload;
    final byte @Nullable [] bytes;
    /** A JSON object; null: none. */
    final @Nullable String headers;

    private CheckedMessage(String channel, @Nullable String key, @Nullable String payload, byte @Nullable [] bytes,
            @Nullable String headers) {
        this.channel = channel;
        this.key = key;
        this.payload = payload;
        this.bytes = bytes;
        this.headers = headers;
    }

    /**
     * Checks a message.
     *
     * @throws IllegalArgumentException when payload, key or a header can't be sent; the text does not repeat it
     */
    public static CheckedMessage of(NewMessage message) {
        String payload = message.payload();
        byte[] bytes = message.bytes();
        String key = message.key();
        String headers = JsonWriter.write(message.headers());
        limit("payload", payload != null ? Utf8.check("payload", payload) : bytes == null ? 0 : bytes.length,
                NewMessage.MAX_PAYLOAD);
        limit("key", key == null ? 0 : Utf8.check("key", key), NewMessage.MAX_HEADERS);
        limit("headers", headers == null ? 0 : Utf8.check("headers", headers), NewMessage.MAX_HEADERS);
        return new CheckedMessage(message.channel(), key, payload, bytes, headers);
    }

    private static void limit(String what, long bytes, long most) {
        if (bytes > most) {
            throw new IllegalArgumentException("The message's " + what + " takes " + bytes + " bytes; at most " + most
                    + " can be sent. Keep the data elsewhere and send where it is");
        }
    }
}
