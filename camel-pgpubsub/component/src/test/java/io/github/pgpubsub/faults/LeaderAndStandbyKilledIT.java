package io.github.pgpubsub.faults;

import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The leader ends and no standby is in step: exactly one member takes over, and reports the messages that nobody held. */
@Tag("long")
class LeaderAndStandbyKilledIT {

    private static final int PER_SECOND = 500;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** The third member has never led, but was in the group while another member led. */
    @Test
    void bothAtOnceAndAColdThirdTellsTheGap() {
        try (Group group = new Group(postgres, "both killed", "gapMarker=reconnect")) {
            Node first = group.launch().awaitStarted();
            Node second = group.launch().awaitStarted();
            group.awaitStandbyInStep(second);
            Node third = group.launch().awaitStarted();
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                group.awaitThat("messages", Node.SOON, () -> first.starts().size() > PER_SECOND);
                awaitColdForAWhile(third);
                List.of(first, second).parallelStream().forEach(Node::kill);
                group.awaitLeads(third, Node.SOON);
                group.awaitNextStart(third);
                group.awaitStarted(numbers.stop());
            }
            group.assertKept();
        }
    }

    @Test
    void rightAfterAStandbyHasJoined() {
        try (Group group = new Group(postgres, "joined and killed", "gapMarker=reconnect&acquireInterval=100")) {
            group.launch().awaitStarted();
            Node leader = group.awaitLeader();
            try (Numbers numbers = group.numbers(2 * PER_SECOND)) {
                for (int i = 0; i < 5; i++) {
                    group.awaitNextStart(leader);
                    Node heir = group.launch();
                    await().atMost(Node.SOON).pollInterval(Duration.ofMillis(1)).until(() -> heir.role().equals("STANDBY"));
                    leader.kill();
                    group.awaitLeads(heir, Node.SOON);
                    group.awaitThat("it begins", Node.SOON, () -> !heir.starts().isEmpty());
                    leader = heir;
                }
                group.awaitStarted(numbers.stop());
            }
            group.assertKept();
        }
    }

    /** The frozen standby keeps the standby's lock, so the cold members try the leader's lock, sometimes several at once. */
    @Test
    void theLeaderWhileTheStandbyIsFrozenAndFourAreCold() {
        int rounds = Integer.getInteger("frozen.rounds", 2);
        try (Proxy proxy = new Proxy(postgres.server());
                Group group = new Group(postgres, "standby frozen", "gapMarker=reconnect")) {
            proxy.delay(Duration.ofMillis(25));
            Group far = group.through(proxy);
            far.launch().awaitStarted();
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                for (int i = 0; i < rounds; i++) {
                    while (alive(group).size() < 6) {
                        far.launch();
                    }
                    alive(group).forEach(Node::awaitStarted);
                    Node leader = group.awaitLeader();
                    Node standby = group.awaitStandbyInStep();
                    alive(group).stream().filter(node -> node != leader && node != standby)
                            .forEach(LeaderAndStandbyKilledIT::awaitColdForAWhile);
                    group.awaitNextStart(leader);
                    standby.freeze();
                    leader.kill();
                    Node successor = group.awaitLeader();
                    group.awaitNextStart(successor);
                    standby.kill();
                    // A second leader, if there were one by mistake, would have begun messages by then.
                    int begun = successor.starts().size();
                    group.awaitThat("messages", Node.SOON, () -> successor.starts().size() > begun + 4 * PER_SECOND);
                }
                group.awaitStarted(numbers.stop());
            }
            group.assertKept();
        }
    }

    private static List<Node> alive(Group group) {
        return group.all().stream().filter(node -> node.process().isAlive()).toList();
    }

    /** Waits until the member has seen another leader, which takes one poll of the locks. */
    private static void awaitColdForAWhile(Node node) {
        long began = System.nanoTime();
        await().atMost(Node.SOON).until(() -> node.role().equals("COLD")
                && System.nanoTime() - began > Duration.ofSeconds(2).toNanos());
    }
}
