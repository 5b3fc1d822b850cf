package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import org.jspecify.annotations.Nullable;

/** A payload can't be read as JSON. The message gives the position but never quotes the payload; see {@link #getPayload}. */
public class JsonPayloadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String payload;

    /** For an empty payload. */
    JsonPayloadException(String payload) {
        super("The payload is empty, which is not JSON (line 1, column 1)");
        this.payload = payload;
    }

    // Without the cause, whose message quotes the payload.
    JsonPayloadException(String payload, Class<?> wanted, JsonProcessingException cause) {
        this(payload, reason("The payload", wanted, cause) + position(cause.getLocation()));
    }

    private JsonPayloadException(String payload, String message) {
        super(message);
        this.payload = payload;
    }

    /**
     * For an event's data in Base64. The position is the one in the decoded data.
     *
     * @param cause null: the data is empty, or no text in UTF-8
     */
    static JsonPayloadException ofEventBytes(String payload, Class<?> wanted, @Nullable JsonProcessingException cause) {
        String what = "The data_base64 of the CloudEvent";
        return new JsonPayloadException(payload,
                cause == null ? what + " is not JSON" : reason(what, wanted, cause) + position(cause.getLocation()));
    }

    /** Returns the original payload, for an error handler that stores it. It may contain data that must not be logged. */
    public String getPayload() {
        return payload;
    }

    private static String reason(String what, Class<?> wanted, JsonProcessingException cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof StreamConstraintsException limit) {
                // This message states a size and its limit, and quotes nothing.
                return what + " is JSON that exceeds a limit: " + limit.getOriginalMessage();
            } else if (each instanceof ExactNumbers.OutOfRange || each instanceof InputCoercionException
                    || each instanceof ArithmeticException || each instanceof NumberFormatException) {
                return what + " is JSON with a number that can't be read exactly"
                        + (wanted == Object.class ? "" : " as " + wanted.getName());
            }
        }
        return cause instanceof JsonMappingException ? what + " is JSON but can't be read as " + wanted.getName()
                : what + " is not JSON";
    }

    private static String position(@Nullable JsonLocation location) {
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }
}
