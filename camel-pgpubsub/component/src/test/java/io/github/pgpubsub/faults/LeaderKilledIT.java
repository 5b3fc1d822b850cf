package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The listener's process is killed while a standby is in step: nothing is lost, and repeated messages are marked. */
@Tag("long")
@Tag("alone")
class LeaderKilledIT {

    private static final int KILLS = 20;
    private static final int PER_SECOND = 2000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void nothingIsLostAndWhatComesAgainIsMarked() {
        try (Group group = new Group(postgres, "killed", "gapMarker=reconnect")) {
            group.launch().awaitStarted();
            long sent;
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                for (int i = 0; i < KILLS; i++) {
                    Node leader = group.awaitLeader();
                    // Starts the third member first, because the start of a JVM must not prolong the measured silence.
                    group.launch().awaitStarted();
                    Node heir = group.awaitStandbyInStep();
                    group.awaitNextStart(leader);
                    leader.kill();
                    group.awaitLeads(heir, Node.SOON);
                    group.awaitThat(heir + " begins", Node.SOON, () -> !heir.starts().isEmpty());
                }
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            Received received = group.received();
            long before = received.terms().get(0).starts().get(0).number() - 1;
            Figures.print("leader killed: sent %d, kills %d, lost %d, twice %d, twice unmarked %d, silence %s", sent, KILLS,
                    received.lost(sent).stream().filter(number -> number > before).count(), received.twice().size(),
                    received.twiceUnmarked().size(), Figures.medianAndMax(received.silences()));
            group.assertKeptWithoutGaps();
            assertThat(received.terms()).hasSize(KILLS + 1);
            assertThat(Figures.median(received.silences())).isLessThan(Duration.ofSeconds(5).toNanos() / 1000);
        }
    }
}
