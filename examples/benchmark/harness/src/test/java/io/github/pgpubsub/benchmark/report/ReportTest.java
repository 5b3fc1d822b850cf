package io.github.pgpubsub.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pgpubsub.benchmark.Plan;
import io.github.pgpubsub.benchmark.measures.KeptFlow;
import io.github.pgpubsub.benchmark.measures.Sending;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.report.Figures.Absence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private final Plan plan = new Plan("test", 2, true, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO,
            List.of(100), List.of(1, 1000), List.of(0), List.of());
    private final Setup setup = new Setup(Map.of("CPU", "fast"), Map.of(Participants.PGPUBSUB, "1.0"));
    private final Figures figures = new Figures();
    private final Column eight = Sending.column(8, 100);

    @Test
    void tellsWhoIsMissingAndWhy() {
        figures.add(eight, Participants.PGPUBSUB, 51_000);
        figures.add(eight, Participants.PGPUBSUB, 49_000);
        figures.absent(eight, "a peer", new Absence(false, "it broke"));

        assertThat(new Report(plan, setup, figures).summary())
                .contains("| camel-pgpubsub | 50,000 (49,000–51,000) |", "| a peer | – |",
                        "- a peer, 8 blocking, 100 B, failed: it broke");
    }

    @Test
    void comparesWithWhatIsWanted() {
        figures.add(eight, Participants.PGPUBSUB, 50_000);
        figures.add(eight, Participants.PGEVENT, 5_000);
        figures.add(Sending.column(64, 100), Participants.PGPUBSUB, 50_000);
        figures.add(Sending.column(64, 100), Participants.PGEVENT, 5_000);

        assertThat(new Report(plan, setup, figures).summary()).contains(
                "| sending, 8 blocking senders, to camel-pgevent | ≥ 5 | 10 | pass |",
                "| sending, 64 blocking senders, to camel-pgevent | ≥ 12 | 10 | **fail** |",
                "| sending, asynchronously, 1,000 channels to one | ≥ 0.8 | – | not measured |");
    }

    @Test
    void comparesKeptMessagesWithThePeersInTheirBestWay() {
        Column blocking = KeptFlow.column(64, 100);
        Column asynchronous = KeptFlow.column(Sending.ASYNCHRONOUS, 100);
        figures.add(asynchronous, Participants.KEPT, 8_000);
        figures.add(asynchronous, Participants.WINDOWS, 10_000);
        figures.add(asynchronous, Participants.CAMEL_SQL, 100);
        figures.add(blocking, Participants.CAMEL_SQL, 1_000);
        figures.add(blocking, Participants.SPRING_JDBC, 500);

        assertThat(new Report(plan, setup, figures).summary()).contains(
                "end to end, to plain JDBC with the same windows | ≥ 0.8 | 0.8 | pass |",
                "end to end, to the best peer of the JVM that has a sender | ≥ 10 | 8 | **fail** |",
                "by hand | ≤ 1.5 | – | not measured |");
    }

    @Test
    void writesJsonAndPlots(@TempDir Path folder) throws IOException {
        figures.add(eight, Participants.PGPUBSUB, 50_000);

        new Report(plan, setup, figures).write(folder);

        JsonNode figure = new ObjectMapper().readTree(folder.resolve("results.json").toFile()).get("figures").get(0);
        assertThat(figure.get("median").asDouble()).isEqualTo(50_000);
        assertThat(folder.resolve("results.md")).isNotEmptyFile();
        assertThat(folder.resolve("sending.png")).isNotEmptyFile();
        assertThat(folder.resolve("latency.png")).as("nothing to show").doesNotExist();
    }
}
