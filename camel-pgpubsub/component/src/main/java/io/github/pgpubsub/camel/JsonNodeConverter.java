package io.github.pgpubsub.camel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Map;
import org.apache.camel.Converter;

/**
 * {@code getBody(JsonNode.class)}, of a text payload as of a parsed one. There are none to maps or classes: a converter is the
 * whole application's, and it would take every String for JSON. An endpoint reads those with payloadFormat=json and bodyType.
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
