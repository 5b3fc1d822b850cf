package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * An event that has been received.
 *
 * @param attributes Camel's headers for the attributes that the specification names, without the version
 * @param extensions headers that have travelled
 * @param body       the data; null: there is none
 */
record CloudEvent(Map<String, Object> attributes, Map<String, Object> extensions, @Nullable Object body) {

    static final String VERSION = "1.0";

    static final String SPEC_VERSION = "specversion";
    static final String CONTENT_TYPE = "datacontenttype";
    static final String DATA = "data";
    static final String DATA_BASE64 = "data_base64";

    /** Extension with the headers that can't be extensions of their own, as the text of a JSON object. */
    static final String OTHER_HEADERS = "camelheaders";

    /** Extensions of the specification for distributed tracing; the headers have these names, too. */
    static final Set<String> TRACE = Set.of("traceparent", "tracestate");

    /** Attributes other than {@value #SPEC_VERSION}, and Camel's headers for them. */
    static final Map<String, String> HEADERS = headers();

    /** Attributes that every event has. */
    static final Set<String> REQUIRED = Set.of("id", "source", "type");

    /** The specification's rule for names of attributes, which must also be no longer than 20 characters. */
    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,20}");

    private static Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("id", PgPubSubConstants.CLOUD_EVENT_ID);
        headers.put("source", PgPubSubConstants.CLOUD_EVENT_SOURCE);
        headers.put("type", PgPubSubConstants.CLOUD_EVENT_TYPE);
        headers.put("subject", PgPubSubConstants.CLOUD_EVENT_SUBJECT);
        headers.put("time", PgPubSubConstants.CLOUD_EVENT_TIME);
        headers.put("dataschema", PgPubSubConstants.CLOUD_EVENT_SCHEMA);
        headers.put(CONTENT_TYPE, PgPubSubConstants.CLOUD_EVENT_CONTENT_TYPE);
        return headers;
    }

    /** Whether a header of this name may be an extension of the same name. */
    static boolean isExtension(String name) {
        return EXTENSION.matcher(name).matches() && !HEADERS.containsKey(name) && !name.equals(SPEC_VERSION) && !name.equals(DATA)
                && !name.equals(OTHER_HEADERS);
    }

    /** Whether data of this media type is JSON. */
    static boolean isJson(String contentType) {
        String type = mediaType(contentType);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    /** Whether data of this media type is text. */
    static boolean isText(String contentType) {
        String type = mediaType(contentType);
        return type.startsWith("text/") || type.endsWith("/xml") || type.endsWith("+xml");
    }

    private static String mediaType(String contentType) {
        int parameters = contentType.indexOf(';');
        return (parameters < 0 ? contentType : contentType.substring(0, parameters)).trim().toLowerCase(Locale.ROOT);
    }

    /** Whether the text is one JSON value. */
    static boolean isJsonText(String text) {
        try {
            return !text.isBlank() && Json.read(text, JsonNode.class) != null;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Sets the headers of the message that holds this event. */
    void populate(Map<String, Object> headers, TravellingHeaders travelling, Exchange exchange) {
        travelling.in(extensions, exchange, headers);
        headers.putAll(attributes);
        headers.put(PgPubSubConstants.CLOUD_EVENT_VERSION, VERSION);
        Object contentType = attributes.get(PgPubSubConstants.CLOUD_EVENT_CONTENT_TYPE);
        if (contentType != null) {
            travelling.in(Map.of(Exchange.CONTENT_TYPE, contentType), exchange, headers);
        }
    }
}
