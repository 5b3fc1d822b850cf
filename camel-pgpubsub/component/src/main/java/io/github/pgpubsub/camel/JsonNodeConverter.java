package io.github.pgpubsub.camel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Map;
import org.apache.camel.Converter;

/**
 * Implements {@code getBody(JsonNode.class)}, for text payloads and parsed payloads. There are no converters to maps or classes:
 * a converter applies to the whole application, and would treat every String as JSON. Use payloadFormat=json and bodyType for
 * them.
 */
@Converter(generateLoader = true)
public final class JsonNodeConverter {

    private JsonNodeConverter() {}

    @Converter
    public static JsonNode toJsonNode(String json) throws JsonPayloadException {
        return PayloadCodec.readTree(json);
    }

    @Converter
    public static JsonNode toJsonNode(Map<?, ?> object) {
        return Json.toTree(object);
    }

    @Converter
    public static JsonNode toJsonNode(Collection<?> array) {
        return Json.toTree(array);
    }
}
