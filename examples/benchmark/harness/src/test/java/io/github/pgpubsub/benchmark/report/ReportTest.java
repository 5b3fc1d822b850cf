package io.github.pgpubsub.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pgpubsub.benchmark.Plan;
import io.github.pgpubsub.benchmark.measures.Backlog;
import io.github.pgpubsub.benchmark.measures.KeptFlow;
import io.github.pgpubsub.benchmark.measures.Latency;
import io.github.pgpubsub.benchmark.measures.Sending;
import io.github.pgpubsub.benchmark.peers.Family;
import io.github.pgpubsub.benchmark.peers.Participants;
import io.github.pgpubsub.benchmark.report.Figures.Absence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private final Plan plan = new Plan("test", 2, 2, true, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO,
            List.of(100), List.of(1, 1000), 10_000, List.of(0), List.of());
    private final Setup setup = new Setup(Map.of("CPU", "fast"), Map.of(Participants.PGPUBSUB, "1.0"));
    private final Figures figures = new Figures();
    private final Column eight = Sending.column(8, 100);

    @Test
    void tellsWhoIsMissingAndWhy() {
        figures.nextRound();
        figures.add(eight, Participants.PGPUBSUB, 51_000);
        figures.nextRound();
        figures.add(eight, Participants.PGPUBSUB, 49_000);
        figures.absent(eight, "a peer", new Absence(false, "it broke"));

        assertThat(summary(Family.NOTIFICATIONS))
                .contains("| camel-pgpubsub | 50,000 (49,000–51,000) |", "| a peer | – |",
                        "- a peer, 8 blocking, 100 B, failed: it broke");
    }

    @Test
    void judgesTheRatiosOfTheRounds() {
        Column one = Sending.column(1, 100);
        // The machine slows down from round to round; the ratios stay.
        for (int round = 1; round <= 6; round++) {
            figures.nextRound();
            figures.add(eight, Participants.PGPUBSUB, 12_500.0 * (1 + round % 2) / round);
            figures.add(eight, Participants.PGJDBC, 10_000.0 * (1 + round % 2) / round);
            figures.add(eight, Participants.PGJDBC_EAGER, 20_000.0 / round);
            figures.add(one, Participants.PGPUBSUB, 1_000.0 / round);
            figures.add(one, Participants.PGJDBC, 2_000.0 / round);
        }

        assertThat(summary(Family.NOTIFICATIONS)).contains(
                "| sending, one blocking sender, to pgjdbc loop | ≥ 0.95 | 0.5 | 0.5 to 0.5 | **fail** |",
                "| sending, 8 blocking senders, to pgjdbc loop with 8 connections | ≥ 1.2 | 1.25 | 1.25 to 1.25 | pass |",
                "| sending, 8 blocking senders, to pgjdbc loop, eager socket with 8 connections | ≥ 1.2 | 0.938 | 0.625 to 1.25 | undecided |",
                "| sending, one blocking sender, to pgjdbc loop, eager socket | ≥ 0.95 | – | – | not measured |")
                .doesNotContain(Participants.KEPT);
    }

    @Test
    void decidesNothingWithFewRounds() {
        rounds(5, () -> {
            figures.add(eight, Participants.PGPUBSUB, 50_000);
            figures.add(eight, Participants.PGJDBC, 5_000);
        });

        assertThat(summary(Family.NOTIFICATIONS)).contains("with 8 connections | ≥ 1.2 | 10 | 10 to 10 | undecided |");
    }

    @Test
    void tellsInShortWhatAUserGets() {
        Column async = Sending.column(Sending.ASYNCHRONOUS, 100);
        figures.add(async, Participants.PGPUBSUB_ONE, 300_000);
        figures.add(async, Participants.PGJDBC_BATCHED, 350_000);
        figures.add(async, Participants.VERTX, 25_000);
        figures.add(async, Participants.PGEVENT, 5_000);
        Column idle = Latency.idle(100);
        figures.add(idle, Participants.PGPUBSUB, 0.4);
        figures.add(idle, Participants.PGJDBC, 1.8);
        figures.add(idle, Participants.PGJDBC_EAGER, 0.3);
        figures.add(idle, Participants.PGEVENT, 0.5);
        figures.add(idle, Participants.SPRING, 3);

        assertThat(summary(Family.NOTIFICATIONS)).contains(
                "| sends and does not wait | 300,000/s | – | 350,000/s | 25,000/s, Vert.x PgSubscriber |",
                "| – | 0.4 ms | 0.3 ms | 0.5 ms, camel-pgevent |");
    }

    @Test
    void tellsWhatTheComponentAddsToAnExchange() {
        rounds(2, () -> {
            figures.add(Backlog.ROUTES.clientCpu(), Participants.ROUTE, 1.75);
            figures.add(Backlog.ROUTES.clientCpu(), Participants.EMPTY_ROUTE, 1);
        });

        assertThat(summary(Family.ROUTES))
                .contains(
                        "Camel's own cost of an exchange, the driver's reading included, CPU, µs | – | 0.75 | 0.75 to 0.75 |  |");
    }

    private String summary(Family family) {
        return new Report(plan, setup, figures, Set.of(family)).summary();
    }

    private void rounds(int number, Runnable round) {
        for (int i = 0; i < number; i++) {
            figures.nextRound();
            round.run();
        }
    }

    @Test
    void comparesKeptMessagesWithThePeersInTheirBestWay() {
        Column blocking = KeptFlow.column(64, 100);
        Column asynchronous = KeptFlow.column(Sending.ASYNCHRONOUS, 100);
        rounds(6, () -> {
            figures.add(asynchronous, Participants.KEPT, 8_000);
            figures.add(asynchronous, Participants.WINDOWS, 10_000);
            figures.add(asynchronous, Participants.CAMEL_SQL, 100);
            figures.add(blocking, Participants.CAMEL_SQL, 1_000);
            figures.add(blocking, Participants.SPRING_JDBC, 500);
        });

        assertThat(summary(Family.KEPT)).contains(
                "end to end, to plain JDBC with the same windows | ≥ 0.8 | 0.8 | 0.8 to 0.8 | pass |",
                "end to end, to the best peer of the JVM that has a sender | ≥ 10 | 8 | 8 to 8 | **fail** |",
                "by hand | ≤ 1.5 | – | – | not measured |").doesNotContain("8 blocking senders");
    }

    @Test
    void fillsThePartsOfThePageThatItHasMeasured(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.md");
        Files.writeString(page, """
                <!-- results: targets of plain channels -->
                <!-- end of results -->
                <!-- results: targets of kept messages -->
                old
                <!-- end of results -->
                <!-- results: Sending, messages/s -->
                <!-- end of results -->
                """);
        figures.add(eight, Participants.PGPUBSUB, 50_000);

        new Report(plan, setup, figures, Set.of(Family.NOTIFICATIONS)).fill(page);

        assertThat(page).content().contains("| ≥ 1.2 |", "\nold\n", "| camel-pgpubsub | 50,000 |").doesNotContain("≥ 10");
    }

    @Test
    void writesJsonAndPlots(@TempDir Path folder) throws IOException {
        figures.add(eight, Participants.PGPUBSUB, 50_000);

        new Report(plan, setup, figures, Set.of(Family.NOTIFICATIONS)).write(folder);

        JsonNode figure = new ObjectMapper().readTree(folder.resolve("results.json").toFile()).get("figures").get(0);
        assertThat(figure.get("median").asDouble()).isEqualTo(50_000);
        assertThat(folder.resolve("results.md")).isNotEmptyFile();
        assertThat(folder.resolve("sending.png")).isNotEmptyFile();
        assertThat(folder.resolve("latency.png")).as("nothing to show").doesNotExist();
    }
}
