package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/reference.md are between markers and equal the generated metadata. To regenerate them:
 *
 * <pre>mvn -pl camel-pgpubsub/component -am test -Dtest=ReferenceTest -Dupdate.reference=true</pre>
 */
class ReferenceTest {

    private static final Path PAGE = Pages.ROOT.resolve("docs/reference.md");
    private static final Path METADATA = Pages.ROOT.resolve(
            "camel-pgpubsub/component/src/generated/resources/META-INF/io/github/pgpubsub/camel/pgpubsub.json");
    private static final Pattern TABLE = Pattern.compile("(<!-- table: (\\w+) -->\n)(.*?)(<!-- end of table -->\n)",
            Pattern.DOTALL);

    @Test
    void tablesAgreeWithTheMetadata() throws IOException {
        Map<String, String> expected = tables(new ObjectMapper().readTree(METADATA.toFile()));
        if (Boolean.getBoolean("update.reference")) {
            Files.writeString(PAGE, TABLE.matcher(Pages.read(PAGE)).replaceAll(
                    table -> Matcher.quoteReplacement(table.group(1) + expected.get(table.group(2)) + table.group(4))));
        }

        Map<String, String> actual = TABLE.matcher(Pages.read(PAGE)).results()
                .collect(Collectors.toMap(table -> table.group(2), table -> table.group(3)));

        assertThat(actual).containsOnlyKeys(expected.keySet());
        expected.forEach((name, table) -> assertThat(actual.get(name).lines())
                .as("Table %s of %s (-Dupdate.reference=true rewrites it)", name, PAGE)
                .containsExactlyElementsOf(table.lines().toList()));
    }

    @Test
    void everyRowOfATableStandsBetweenMarkers() {
        String rest = TABLE.matcher(Pages.read(PAGE)).replaceAll("");
        List<String> rows = Pattern.compile("(?m)^\\| `\\w+` \\|.*$").matcher(rest).results().map(MatchResult::group).toList();

        assertThat(rows).isEmpty();
    }

    /** Every option and header is in exactly one table. */
    private static Map<String, String> tables(JsonNode metadata) {
        Map<String, StringBuilder> tables = new LinkedHashMap<>();
        metadata.get("properties").properties().forEach(option -> optionTable(tables, tableOf(option.getValue()))
                .append(row(option.getKey(), option.getValue())));
        metadata.get("componentProperties").properties().stream()
                .filter(option -> !metadata.get("properties").has(option.getKey()))
                .forEach(option -> optionTable(tables, "component").append(row(option.getKey(), option.getValue())));
        tables.put("headers", new StringBuilder("| header | side | type | description |\n| --- | --- | --- | --- |\n"));
        metadata.get("headers").properties().forEach(header -> tables.get("headers").append("| `%s` | %s | %s | %s |\n".formatted(
                header.getKey(), text(header.getValue(), "label"), text(header.getValue(), "javaType"),
                description(header.getValue()))));

        Map<String, String> texts = new LinkedHashMap<>();
        tables.forEach((name, table) -> texts.put(name, table.toString()));
        return texts;
    }

    private static StringBuilder optionTable(Map<String, StringBuilder> tables, String name) {
        return tables.computeIfAbsent(
                name, key -> new StringBuilder("| option | default | type | description |\n| --- | --- | --- | --- |\n"));
    }

    private static String tableOf(JsonNode option) {
        if (text(option, "kind").equals("path")) {
            return "path";
        }
        if (!option.has("configurationClass")) {
            return "camel";
        }
        String label = text(option, "label").split(",")[0];
        return label.isEmpty() ? "common" : label;
    }

    private static String row(String name, JsonNode option) {
        String value = text(option, "defaultValue");
        return "| `%s` | %s | %s | %s |\n".formatted(name, value.isEmpty() ? "" : "`" + value + "`", type(option),
                description(option));
    }

    private static String type(JsonNode option) {
        String type = text(option, "type");
        if (type.equals("object")) {
            type = "`" + text(option, "javaType") + "`";
        } else if (option.has("enum")) {
            type = option.get("enum").valueStream().map(value -> "`" + value.asText() + "`").collect(Collectors.joining(", "));
        }
        return type + (option.get("secret").asBoolean() ? ", secret" : "");
    }

    private static String description(JsonNode entry) {
        return text(entry, "description").replace("|", "\\|").replace("<", "&lt;");
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }
}
