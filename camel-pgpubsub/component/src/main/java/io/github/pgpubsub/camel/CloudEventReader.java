package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads payloads that are CloudEvents 1.0 in JSON. Immutable. */
final class CloudEventReader {

    private static final Logger LOG = LoggerFactory.getLogger(CloudEventReader.class);

    private static final Set<String> NO_EXTENSIONS = noExtensions();

    private final Class<?> bodyType;

    private static Set<String> noExtensions() {
        Set<String> names = new HashSet<>(CloudEvent.HEADERS.keySet());
        names.addAll(Set.of(CloudEvent.SPEC_VERSION, CloudEvent.DATA, CloudEvent.DATA_BASE64));
        return names;
    }

    /** @param bodyType class to read JSON data into */
    CloudEventReader(Class<?> bodyType) {
        this.bodyType = bodyType;
    }

    /**
     * @return null: the payload is no event
     * @throws JsonPayloadException when the data can't be read into the bodyType
     */
    @Nullable
    CloudEvent read(String payload) throws JsonPayloadException {
        JsonNode event = object(payload);
        if (event == null || !CloudEvent.VERSION.equals(event.path(CloudEvent.SPEC_VERSION).textValue())) {
            return null;
        }
        Map<String, Object> attributes = attributes(event);
        Map<String, Object> extensions = extensions(event);
        JsonNode data = present(event, CloudEvent.DATA);
        JsonNode base64 = present(event, CloudEvent.DATA_BASE64);
        byte[] bytes = base64 == null ? null : bytes(base64);
        if (attributes == null || extensions == null || (base64 != null && (bytes == null || data != null))) {
            LOG.debug("A payload has the {} {}, but is no valid event, so it comes in as it is", CloudEvent.SPEC_VERSION,
                    CloudEvent.VERSION);
            return null;
        }
        Object body = bytes != null ? body(payload, event, bytes) : data == null ? null : body(payload, event, data);
        return new CloudEvent(attributes, extensions, body);
    }

    private static @Nullable JsonNode object(String payload) {
        if (!payload.stripLeading().startsWith("{")) {
            return null;
        }
        try {
            return Json.read(payload, JsonNode.class);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static @Nullable JsonNode present(JsonNode event, String name) {
        JsonNode value = event.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** Null: a required attribute is missing, or an attribute is no text. */
    private static @Nullable Map<String, Object> attributes(JsonNode event) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : CloudEvent.HEADERS.entrySet()) {
            JsonNode value = present(event, each.getKey());
            if (value == null ? CloudEvent.REQUIRED.contains(each.getKey()) : !value.isTextual() || value.textValue().isEmpty()) {
                return null;
            }
            if (value != null) {
                attributes.put(each.getValue(), value.textValue());
            }
        }
        return attributes;
    }

    /** Null: one has a value that no attribute may have. Their names are not checked, because many senders break that rule. */
    private static @Nullable Map<String, Object> extensions(JsonNode event) {
        Map<String, Object> extensions = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : event.properties()) {
            String name = each.getKey();
            JsonNode value = each.getValue();
            if (value.isNull() || NO_EXTENSIONS.contains(name)) {
                continue;
            }
            if (value.isContainerNode()) {
                return null;
            }
            if (!name.equals(CloudEvent.OTHER_HEADERS) || !putOthers(value.asText(), extensions)) {
                extensions.put(name, value.isTextual() ? value.textValue() : value.isBoolean() ? value.booleanValue()
                        : value.numberValue());
            }
        }
        return extensions;
    }

    private static boolean putOthers(String json, Map<String, Object> extensions) {
        try {
            JsonNode others = Json.read(json, JsonNode.class);
            if (others == null || !others.isObject()) {
                return false;
            }
            Map<?, ?> headers = Json.read(json, Map.class);
            headers.forEach((name, value) -> {
                if (value != null) {
                    extensions.put((String) name, value);
                }
            });
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static byte @Nullable [] bytes(JsonNode base64) {
        try {
            return base64.isTextual() ? Base64.getDecoder().decode(base64.textValue()) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Data of another media type than JSON is a text, which no class is made of. */
    private @Nullable Object body(String payload, JsonNode event, JsonNode data) throws JsonPayloadException {
        if (data.isTextual() && (bodyType == Object.class || !isJson(event))) {
            return data.textValue();
        }
        try {
            return Json.readMember(payload, CloudEvent.DATA, bodyType);
        } catch (JsonProcessingException e) {
            throw new JsonPayloadException(payload, bodyType, e);
        }
    }

    /** Bytes stay bytes, whatever their media type is, unless a class is wanted. */
    private Object body(String payload, JsonNode event, byte[] bytes) throws JsonPayloadException {
        if (bodyType == Object.class || bodyType == byte[].class || !isJson(event)) {
            return bytes;
        }
        String json = CloudEventData.utf8(bytes);
        if (json == null || json.isBlank()) {
            throw JsonPayloadException.ofEventBytes(payload, bodyType, null);
        }
        try {
            return Json.read(json, bodyType);
        } catch (JsonProcessingException e) {
            throw JsonPayloadException.ofEventBytes(payload, bodyType, e);
        }
    }

    /** The specification's rule: an event without a media type is one with application/json. */
    private static boolean isJson(JsonNode event) {
        JsonNode contentType = event.get(CloudEvent.CONTENT_TYPE);
        return contentType == null || !contentType.isTextual() || CloudEvent.isJson(contentType.textValue());
    }
}
