package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The listener stops in an orderly way, by its route's stop or by SIGTERM: nothing is lost, nothing is delivered twice. */
@Tag("long")
@Tag("alone")
class OrderlyHandOverIT {

    private static final int HAND_OVERS = 20;
    private static final int PER_SECOND = 2000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void nothingIsLostAndNothingComesTwice() {
        try (Group group = new Group(postgres, "orderly", "gapMarker=reconnect")) {
            group.launch().awaitStarted();
            group.launch().awaitStarted();
            group.awaitStandbyInStep();
            long sent;
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                for (int i = 1; i <= HAND_OVERS; i++) {
                    Node leader = group.awaitLeader();
                    Node heir = group.awaitStandbyInStep();
                    // Replaces a process, or stops and starts the route in a running process.
                    boolean processEnds = i % 5 == 0;
                    Node spare = processEnds ? group.launch().awaitStarted() : null;
                    int begun = leader.starts().size();
                    await().atMost(Node.SOON).until(() -> leader.starts().size() > begun);
                    if (processEnds) {
                        leader.end();
                    } else {
                        leader.command("leave");
                    }
                    group.awaitLeads(heir, Node.SOON);
                    await().atMost(Node.SOON).until(() -> !heir.starts().isEmpty());
                    if (!processEnds) {
                        leader.command("join");
                    }
                    group.awaitStandbyInStep(processEnds ? spare : leader);
                }
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            Received received = group.received();
            Figures.print("orderly hand-over: sent %d, hand-overs %d, lost %d, twice %d, silence %s", sent,
                    received.terms().size() - 1, received.lost(sent).size(), received.twice().size(),
                    Figures.medianAndMax(received.silences()));
            group.assertKeptWithoutGaps();
            assertThat(received.terms()).hasSize(HAND_OVERS + 1);
            assertThat(Figures.median(received.silences())).isLessThan(Duration.ofSeconds(2).toNanos() / 1000);
        }
    }

    /** The listener's queue of 1000 is full, and more messages wait behind it than fit into the successor's queue. */
    @Test
    void whatASlowRouteHasNotBegunGoesToTheSuccessor() {
        int rounds = 6;
        int burst = 2500;
        try (Group group = new Group(postgres, "slow", "queueSize=1000&gapMarker=reconnect")) {
            group.launch(1).awaitStarted();
            Node second = group.launch(1).awaitStarted();
            group.awaitStandbyInStep(second);
            long sent = 0;
            for (int i = 0; i < rounds; i++) {
                Node leader = group.awaitLeader();
                Node heir = group.awaitStandbyInStep();
                group.send(sent + 1, sent + burst);
                sent += burst;
                long firstOfBurst = sent - burst + 1;
                await().atMost(Node.SOON).pollInterval(Duration.ofMillis(5))
                        .until(() -> leader.starts().stream().anyMatch(start -> start.number() >= firstOfBurst));
                leader.command("leave");
                group.awaitLeads(heir, Node.SOON);
                leader.command("join");
                group.awaitStarted(sent);
                group.awaitStandbyInStep(leader);
            }
            Received received = group.received();
            long handedOn = received.terms().stream().skip(1)
                    .filter(term -> term.starts().get(0).number() % burst != 1).count();
            Figures.print("orderly hand-over, a full queue behind: sent %d, hand-overs %d (%d amid a burst), lost %d, twice %d,"
                    + " silence %s", sent, received.terms().size() - 1, handedOn, received.lost(sent).size(),
                    received.twice().size(), Figures.medianAndMax(received.silences()));
            group.assertKeptWithoutGaps();
            assertThat(handedOn).as("hand-overs with messages left").isPositive();
        }
    }
}
