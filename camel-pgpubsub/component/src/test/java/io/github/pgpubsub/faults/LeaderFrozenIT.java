package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The listener's process is frozen, as in a long garbage collection: it keeps its locks, and shows no sign of life. */
@Tag("long")
class LeaderFrozenIT {

    private static final int CONCURRENT = 2;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void isDeposedAndBeginsNothingWhenItGoesOn() {
        try (Group group = new Group(postgres, "frozen",
                "leaderTimeout=2000&gapMarker=reconnect&concurrentConsumers=" + CONCURRENT)) {
            Node first = group.launch().awaitStarted();
            Node second = group.launch().awaitStarted();
            group.awaitStandbyInStep(second);
            long sent;
            long deposedAfter;
            int begunBefore;
            try (Numbers numbers = group.numbers(1000)) {
                group.awaitNextStart(first);
                long frozenAt = System.nanoTime();
                first.freeze();
                group.awaitLeads(second, Node.SOON);
                deposedAfter = Duration.ofNanos(System.nanoTime() - frozenAt).toMillis();
                group.awaitNextStart(second);
                begunBefore = first.starts().size();
                first.thaw();
                group.awaitStandbyInStep(first);
                assertThat(first.starts().size() - begunBefore).as("begun after the thaw").isLessThanOrEqualTo(CONCURRENT);
                // The frozen process is a full member again.
                second.command("leave");
                group.awaitLeads(first, Node.SOON);
                group.awaitNextStart(first);
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            Received received = group.received();
            long begunAfter = first.starts().stream().filter(start -> start.term() == 1).count() - begunBefore;
            Figures.print("leader frozen: leaderTimeout 2000 ms, deposed after %d ms, begun after the thaw %d, sent %d, lost %d,"
                    + " twice %d, twice unmarked %d, silence %s", deposedAfter, begunAfter, sent, received.lost(sent).size(),
                    received.twice().size(), received.twiceUnmarked().size(), Figures.medianAndMax(received.silences()));
            assertThat(deposedAfter).isBetween(2000L, 20_000L);
            assertThat(begunAfter).isLessThanOrEqualTo(CONCURRENT);
            group.assertKeptWithoutGaps();
        }
    }

    @Test
    void whoMayNotEndItsSessionSaysSoOnceAndItGoesOn() {
        postgres.createRole("anna", "a");
        postgres.createRole("ben", "b");
        try (Group group = new Group(postgres, "may not", "leaderTimeout=4000")) {
            Node first = group.as("anna", "a").launch().awaitStarted();
            Node second = group.as("ben", "b").launch().awaitStarted();
            group.awaitStandbyInStep(second);
            long sent;
            List<String> warnings;
            try (Numbers numbers = group.numbers(200)) {
                group.awaitNextStart(first);
                first.freeze();
                group.awaitThat("an error", Node.SOON, () -> !errors(second).isEmpty());
                // More than three times the leaderTimeout: it is not repeated.
                await().during(Duration.ofSeconds(14)).atMost(Duration.ofSeconds(60)).until(() -> errors(second).size() == 1);
                warnings = second.log().stream().filter(line -> line.contains("shows no sign of life; ending")).toList();
                first.thaw();
                group.awaitNextStart(first);
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            Received received = group.received();
            Figures.print("leader frozen, may not be deposed: errors logged %d, attempts logged %d, sent %d, lost %d, twice %d",
                    errors(second).size(), warnings.size(), sent, received.lost(sent).size(), received.twice().size());
            assertThat(errors(second)).singleElement().asString().contains("ERROR").contains("may not end its session");
            assertThat(received.terms()).as("terms").hasSize(1);
            group.assertKeptWithoutGaps();
            assertThat(received.twice()).as("twice").isEmpty();
            assertThat(second.starts()).isEmpty();
            // And the first leader can still hand over.
            first.command("leave");
            group.awaitLeads(second, Node.SOON);
        }
    }

    private static List<String> errors(Node node) {
        return node.log().stream().filter(line -> line.contains(" ERROR ")).toList();
    }
}
