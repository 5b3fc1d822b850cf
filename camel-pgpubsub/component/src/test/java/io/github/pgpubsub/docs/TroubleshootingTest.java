package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/troubleshooting.md has each text that the code warns of, or gives an exception, and no text that the code lacks. */
class TroubleshootingTest {

    private static final Path PAGE = Pages.ROOT.resolve("docs/troubleshooting.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);

    /** Texts that say a statement, a file or a state is impossible: faults of the code, not of its use. */
    private static final Set<String> IMPOSSIBLE = Set.of(
            "Every Java has SHA-256", "The statement always returns a row",
            "The jar has no …", "A member that is … can't become …", "The place is locked and gone", "the place has moved",
            "A window can't be opened in a transaction that has written", "… of … messages of a batch are in the log",
            "The database of the log is not known yet", "This PgPubSub was released", "A String can be written",
            "A String can be read", "maxBatch is …; it must be at least 1", "capacity is …; it must be at least 1",
            "A pause before reconnecting is negative: …, …", "It has come already");

    /** Texts that the code catches again, or that a listed text has as its cause. */
    private static final Set<String> INNER = Set.of(
            "Nothing has arrived", "No converter to bytes", "JSON that ends too early",
            "Not a JSON object: … at index …", "It leads to another server than the listening connection",
            "The log takes no more from this connection: another one of the same publisher has followed");

    private static List<MessageInSource> messages;
    private static List<String> rows;

    @BeforeAll
    static void read() throws IOException {
        messages = MessageInSource.in(Stream.of("engine", "component", "spring-boot")
                .map(module -> Pages.ROOT.resolve("camel-pgpubsub").resolve(module).resolve("src/main/java")).toList());
        rows = ROW.matcher(Pages.read(PAGE)).results().map(row -> row.group(1)).toList();
    }

    @Test
    void everyMessageIsOnThePage() {
        assertThat(messages).hasSizeGreaterThan(200);
        assertThat(messages.stream().filter(message -> !IMPOSSIBLE.contains(message.text()) && !INNER.contains(message.text())))
                .as("messages of the code; docs/troubleshooting.md needs a row for each")
                .allMatch(message -> rows.stream().anyMatch(row -> describes(row, message.text())));
    }

    @Test
    void everyRowIsAMessageOfTheCode() {
        List<String> others = Stream.of(Incident.values()).map(Incident::name).toList();
        assertThat(rows.stream().filter(row -> !others.contains(row) && !row.startsWith("camel."))).as("rows of the page")
                .allMatch(row -> messages.stream().anyMatch(message -> describes(row, message.text())));
    }

    @Test
    void theExceptionsToTheRuleExist() {
        assertThat(Stream.concat(IMPOSSIBLE.stream(), INNER.stream()))
                .allMatch(text -> messages.stream().anyMatch(message -> message.text().equals(text)));
    }

    @Test
    void everyIncidentIsOnThePage() {
        assertThat(rows).containsAll(Arrays.stream(Incident.values()).map(Incident::name).toList());
    }

    /** A row that ends with … stands for all texts that begin with it. */
    private static boolean describes(String row, String text) {
        return row.equals(text) || row.endsWith(MessageInSource.UNKNOWN)
                && text.startsWith(row.substring(0, row.length() - MessageInSource.UNKNOWN.length()));
    }
}
