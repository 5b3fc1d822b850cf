package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;

/** A payload that can't be read as JSON: says where, and nothing of what it holds. */
public class JsonPayloadException extends Exception {

    private static final long serialVersionUID = 1L;

    JsonPayloadException(String message) {
        super(message);
    }

    // The cause is left out, because its message quotes the payload.
    JsonPayloadException(Class<?> wanted, JsonProcessingException cause) {
        super(reason(wanted, cause) + position(cause.getLocation()));
    }

    private static String reason(Class<?> wanted, JsonProcessingException cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof StreamConstraintsException limit) {
                // Names a size and its limit.
                return "The payload is JSON of which too much would be read: " + limit.getOriginalMessage();
            }
        }
        return cause instanceof JsonMappingException ? "The payload is JSON but can't be read as " + wanted.getName()
                : "The payload is not JSON";
    }

    private static String position(JsonLocation location) {
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }
}
