package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A stranger who may connect sends forged control messages: nothing changes for the group. */
@Tag("long")
class ForgedControlIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void aStrangersControlMessagesChangeNothing() throws SQLException {
        postgres.createRole("stranger", "s");
        try (Group group = new Group(postgres, "forged", "leaderTimeout=8000&gapMarker=reconnect");
                Forger forger = new Forger(DriverManager.getConnection(postgres.url(), "stranger", "s"), group.channel())) {
            group.launch().awaitStarted();
            group.launch().awaitStarted();
            group.awaitStandbyInStep();
            long sent;
            try (Numbers numbers = group.numbers(1000)) {
                for (int i = 0; i < 4; i++) {
                    Node leader = group.awaitLeader();
                    Node heir = group.awaitStandbyInStep();
                    long before = forger.forged();
                    group.awaitThat("more forgeries", Node.SOON, () -> forger.forged() > before + 50);
                    group.awaitNextStart(leader);
                    leader.command("leave");
                    group.awaitLeads(heir, Node.SOON);
                    group.awaitNextStart(heir);
                    leader.command("join");
                    group.awaitStandbyInStep(leader);
                }
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            Received received = group.received();
            Figures.print("forged control messages: %d, sent %d, hand-overs %d, lost %d, twice %d, silence %s", forger.forged(),
                    sent,
                    received.terms().size() - 1, received.lost(sent).size(), received.twice().size(),
                    Figures.medianAndMax(received.silences()));
            group.assertKeptWithoutGaps();
            assertThat(received.terms()).hasSize(5);
        }
    }
}
