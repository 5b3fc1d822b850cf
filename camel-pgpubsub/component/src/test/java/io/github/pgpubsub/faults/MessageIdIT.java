package io.github.pgpubsub.faults;

import io.github.pgpubsub.support.PostgresExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With a single listener each message has one id, from the first message on, the same on every member and for every delivery. */
@Tag("long")
class MessageIdIT {

    private static final int PER_SECOND = 2000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** Messages that arrive before the first leader's first report have ids as well. */
    @Test
    void aGroupStartsUnderLoadAndItsLeaderIsKilled() {
        for (int round = 1; round <= 2; round++) {
            try (Group group = new Group(postgres, "ids " + round, "gapMarker=reconnect&acquireInterval=100");
                    Numbers numbers = group.numbers(PER_SECOND)) {
                group.launch();
                group.launch();
                Node leader = group.awaitLeader();
                Node heir = group.awaitStandbyInStep();
                group.awaitNextStart(leader);
                leader.kill();
                group.awaitLeads(heir, Node.SOON);
                group.awaitThat("it begins", Node.SOON, () -> !heir.starts().isEmpty());
                group.awaitStarted(numbers.stop());
                group.assertKept();
            }
        }
    }

    /** The successor starts under load, before the leader has ever announced the start of its count. */
    @Test
    void aGroupStartsUnderLoadWithAFrozenLeader() {
        try (Group group = new Group(postgres, "ids frozen", "gapMarker=reconnect&acquireInterval=100&leaderTimeout=1500");
                Numbers numbers = group.numbers(PER_SECOND)) {
            Node first = group.launch().awaitStarted();
            group.awaitLeader();
            group.awaitNextStart(first);
            first.freeze();
            Node second = group.launch();
            group.awaitLeads(second, Node.SOON);
            group.awaitThat("it begins", Node.SOON, () -> second.starts().size() > 100);
            first.thaw();
            group.awaitStandbyInStep(first);
            group.awaitStarted(numbers.stop());
            group.assertKept();
        }
    }
}
