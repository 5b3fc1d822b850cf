package io.github.pgpubsub;

import io.github.pgpubsub.internal.Utf8;
import org.jspecify.annotations.Nullable;

/** The server's rules for the payload of a notification. */
public final class Payload {

    /** NOTIFY_PAYLOAD_MAX_LENGTH - 1 with pages of 8 kB (PostgreSQL source, async.c). The unit is bytes. */
    public static final int MAX_BYTES = 7999;

    private Payload() {}

    /**
     * Checks a payload and returns it; null becomes the empty payload.
     *
     * @throws IllegalArgumentException when the payload is longer than 7999 bytes of UTF-8, or contains a NUL character or half a
     *                                  surrogate pair; the message does not repeat the payload
     */
    public static String check(@Nullable String payload) {
        if (payload == null) {
            return "";
        }
        long bytes = Utf8.check("payload", payload);
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "The payload has " + bytes + " bytes in UTF-8; PostgreSQL takes at most " + MAX_BYTES
                            + ". Send a key and keep the data in a table");
        }
        return payload;
    }
}
