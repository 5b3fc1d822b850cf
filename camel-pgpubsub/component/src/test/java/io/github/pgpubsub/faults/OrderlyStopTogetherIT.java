package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several members stop in an orderly way at once, or with hardly any room for messages: nothing is lost, and no gap is
 * reported.
 */
@Tag("long")
class OrderlyStopTogetherIT {

    private static final int PER_SECOND = 1000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** Leader and standby stop within some milliseconds, every other time within 4 ms, while a third member is there. */
    @Test
    void leaderAndStandbyStop() {
        int rounds = Integer.getInteger("together.rounds", 20);
        Random random = new Random(4);
        try (Group group = new Group(postgres, "together", "gapMarker=reconnect&acquireInterval=100")) {
            for (int i = 0; i < 3; i++) {
                group.launch().awaitStarted();
            }
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                for (int i = 0; i < rounds; i++) {
                    Node leader = group.awaitLeader();
                    Node standby = group.awaitStandbyInStep();
                    group.awaitNextStart(leader);
                    boolean leaderFirst = random.nextInt(4) > 0;
                    CompletableFuture<Void> one = CompletableFuture.runAsync(
                            () -> (leaderFirst ? leader : standby).command("leave"));
                    LockSupport.parkNanos(random.nextLong(Duration.ofMillis(i % 2 == 0 ? 4 : 25).toNanos()));
                    (leaderFirst ? standby : leader).command("leave");
                    one.join();
                    Node third = group.awaitLeader();
                    group.awaitNextStart(third);
                    List.of(leader, standby).forEach(node -> node.command("join"));
                }
                group.awaitStarted(numbers.stop());
            }
            Received received = group.received();
            Figures.print("leader and standby stop within 4 to 25 ms: rounds %d, twice %d, silence %s", rounds,
                    received.twice().size(),
                    Figures.medianAndMax(received.silences()));
            group.assertKeptWithoutGaps();
            assertThat(received.twice()).isEmpty();
        }
    }

    /** The standby stops as soon as it stands by, while the leader stops, too, and a third member is there. */
    @Test
    void leaderAndAStandbyThatHasJustJoinedStop() {
        int rounds = 5;
        Random random = new Random(5);
        try (Group group = new Group(postgres, "just joined", "gapMarker=reconnect&acquireInterval=100")) {
            for (int i = 0; i < 3; i++) {
                group.launch().awaitStarted();
            }
            try (Numbers numbers = group.numbers(PER_SECOND)) {
                for (int i = 0; i < rounds; i++) {
                    Node leader = group.awaitLeader();
                    Node standby = group.awaitStandbyInStep();
                    Node third = group.all().stream().filter(node -> node != leader && node != standby).findFirst().orElseThrow();
                    group.awaitNextStart(leader);
                    standby.command("leave");
                    group.awaitThat(third + " stands by", Node.SOON, () -> third.role().equals("STANDBY"));
                    standby.command("join");
                    CompletableFuture<Void> one = CompletableFuture.runAsync(() -> leader.command("leave"));
                    LockSupport.parkNanos(random.nextLong(Duration.ofMillis(20).toNanos()));
                    third.command("leave");
                    one.join();
                    group.awaitNextStart(group.awaitLeader());
                    List.of(leader, third).forEach(node -> node.command("join"));
                }
                group.awaitStarted(numbers.stop());
            }
            group.assertKeptWithoutGaps();
        }
    }

    /** Members stop one after the other, under load, with so little room that no standby can be in step. */
    @ParameterizedTest
    @ValueSource(strings = {"standbyBuffer=0", "maxBufferedBytes=2000", "standbyBuffer=20&queueSize=10"})
    void withHardlyAnyRoomToHoldMessages(String buffers) {
        int rounds = 3;
        try (Group group = new Group(postgres, "no room", "gapMarker=reconnect&acquireInterval=100&" + buffers)) {
            // Slower than the bursts, so that some messages are always waiting.
            group.launch(1).awaitStarted();
            group.launch(1).awaitStarted();
            long sent = 0;
            for (int i = 0; i < rounds; i++) {
                Node leader = group.awaitLeader();
                group.awaitThat("a standby", Node.SOON,
                        () -> group.all().stream().anyMatch(node -> node.role().equals("STANDBY")));
                group.send(sent + 1, sent + 500);
                sent += 500;
                group.awaitStarted(sent - 400);
                CompletableFuture<Void> leaving = CompletableFuture.runAsync(() -> leader.command("leave"));
                for (int n = 0; n < 20; n++) {
                    group.send(sent + 1, sent + 10);
                    sent += 10;
                    LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
                }
                leaving.join();
                group.awaitStarted(sent);
                leader.command("join");
            }
            Received received = group.received();
            Figures.print("orderly stops with %s: sent %d, terms %d, lost %d, twice %d", buffers, sent, received.terms().size(),
                    received.lost(sent).size(), received.twice().size());
            group.assertKeptWithoutGaps();
        }
    }
}
