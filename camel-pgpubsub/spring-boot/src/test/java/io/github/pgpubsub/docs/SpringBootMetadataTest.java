package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.camel.springboot.PgPubSubComponentAutoConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What an IDE shows of {@code camel.component.pgpubsub.*} is what the component's generated metadata says, and ReferenceTest
 * says the same of docs/reference.md. To write both anew:
 *
 * <pre>mvn -pl camel-pgpubsub/spring-boot -am test -Dtest='ReferenceTest,SpringBootMetadataTest' \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dupdate.reference=true</pre>
 */
class SpringBootMetadataTest {

    private static final Path FILE = Pages.ROOT.resolve(
            "camel-pgpubsub/spring-boot/src/main/resources/META-INF/spring-configuration-metadata.json");
    private static final String CATALOG = "/META-INF/io/github/pgpubsub/camel/pgpubsub.json";
    private static final String PREFIX = "camel.component.pgpubsub";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void theMetadataHasTheOptionsOfTheComponent() throws IOException {
        JsonNode expected = metadata(JSON.readTree(getClass().getResource(CATALOG)).get("componentProperties"));
        if (Boolean.getBoolean("update.reference")) {
            Files.writeString(FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(expected) + "\n");
        }

        JsonNode actual = JSON.readTree(Files.readString(FILE));
        assertThat(entries(actual)).as("%s (-Dupdate.reference=true rewrites it)", FILE)
                .containsExactlyElementsOf(entries(expected));
    }

    private static List<JsonNode> entries(JsonNode metadata) {
        return metadata.valueStream().flatMap(JsonNode::valueStream).toList();
    }

    private static JsonNode metadata(JsonNode options) {
        ObjectNode metadata = JSON.createObjectNode();
        entry(metadata.putArray("groups"), PREFIX, PgPubSubComponent.class.getName());
        ArrayNode properties = metadata.putArray("properties");
        options.properties().forEach(option -> property(properties, dashed(option.getKey()), option.getValue()));
        toggle(properties, "enabled", "Whether the starter configures the component.");
        toggle(properties, "customizer.enabled", "The same switch, below camel.component.customizer.enabled.");
        return metadata;
    }

    private static void property(ArrayNode properties, String name, JsonNode option) {
        ObjectNode property = entry(properties, PREFIX + "." + name, type(option))
                .put("description", option.get("description").asText());
        if (option.has("defaultValue")) {
            property.set("defaultValue", defaultValue(option));
        }
        if (option.get("deprecated").asBoolean()) {
            property.putObject("deprecation");
        }
    }

    private static void toggle(ArrayNode properties, String name, String description) {
        entry(properties, PREFIX + "." + name, "java.lang.Boolean").put("description", description).put("defaultValue", true);
    }

    private static ObjectNode entry(ArrayNode entries, String name, String type) {
        return entries.addObject().put("name", name).put("type", type)
                .put("sourceType", PgPubSubComponentAutoConfiguration.class.getName());
    }

    private static String type(JsonNode option) {
        String type = option.get("type").asText();
        return switch (type) {
            case "duration" -> "java.time.Duration";
            case "boolean" -> "java.lang.Boolean";
            case "integer" -> option.get("javaType").asText().equals("long") ? "java.lang.Long" : "java.lang.Integer";
            case "string", "enum", "object" -> option.get("javaType").asText();
            default -> throw new IllegalArgumentException("What is a " + type + " in Spring Boot?");
        };
    }

    /** A duration has its unit here. */
    private static JsonNode defaultValue(JsonNode option) {
        JsonNode value = option.get("defaultValue");
        return option.get("type").asText().equals("duration") ? JSON.getNodeFactory().textNode(value.asText() + "ms") : value;
    }

    private static String dashed(String name) {
        return name.replaceAll("(\\p{Upper})", "-$1").toLowerCase();
    }
}
