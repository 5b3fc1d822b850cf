package io.github.pgpubsub.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Written histories are read back, merged by time. */
class HistoryTest {

    @TempDir
    Path directory;

    @Test
    void whatSeveralProcessesWriteIsReadInTheOrderOfTime() {
        try (HistoryWriter anna = HistoryWriter.into(directory, "anna");
                HistoryWriter test = HistoryWriter.into(directory, "test")) {
            test.happened(What.STARTING, "anna");
            anna.role("COLD", "LEADER");
            test.sending("numbers", 1, 3);
            test.committed("numbers", 1, 3);
            anna.begin(Numbered.ofPayload("1"), false, "x-1");
            anna.end(Numbered.ofPayload("1"));
            anna.begin(Numbered.ofPayload("ben:2"), true, null);
            anna.gap(17);
            test.failed("numbers", 4, 4);
            test.unknown("numbers", 5, 5);
            test.happenedToAll(What.DISTURBING, "server stopped");
        }
        assertThat(History.read(directory).events()).extracting(event -> event.process() + " " + event).containsExactly(
                "test starting anna -", "anna role COLD LEADER", "test sending numbers 1 3", "test committed numbers 1 3",
                "anna begin numbers 1 new x-1", "anna end numbers 1", "anna begin ben 2 again -", "anna gap 17",
                "test failed numbers 4 4", "test unknown numbers 5 5", "test disturbing * server_stopped");
    }

    /** A process may be killed in the middle of a line. */
    @Test
    void halfALineDoesNotCount() throws IOException {
        try (HistoryWriter anna = HistoryWriter.into(directory, "anna")) {
            anna.gap(17);
        }
        Files.writeString(directory.resolve("anna.history"), "1234567 beg", StandardOpenOption.APPEND);
        assertThat(History.read(directory).events()).extracting(Event::toString).isEqualTo(List.of("gap 17"));
    }
}
