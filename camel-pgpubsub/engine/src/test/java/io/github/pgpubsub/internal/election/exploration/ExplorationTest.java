package io.github.pgpubsub.internal.election.exploration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.internal.election.exploration.Choice.Kind;
import io.github.pgpubsub.internal.election.simulation.Break;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A leads, B stands by in step, C is cold. Each build explores the first states of each world only, breadth first.
 * {@code -Dexploration.states=1000000} explores on: with A killed and one message there are about eleven thousand states, with A
 * stopped sixteen thousand, with two faults many more. {@code -Dexploration.faults="A DIE,B FREEZE"} explores that script alone.
 */
@Tag("simulation")
class ExplorationTest {

    private static final int STATES = Integer.getInteger("exploration.states", 250);
    private static final String FAULTS = System.getProperty("exploration.faults");
    /** Worlds in which a broken protocol is found; it takes far fewer. */
    private static final int MOST = 200_000;

    static Stream<String> scripts() {
        return FAULTS != null ? Stream.of(FAULTS)
                : Stream.of("A STOP", "A DIE", "A FREEZE", "A LOSE", "B STOP", "B DIE", "B FREEZE",
                        "B LOSE", "A STOP,B STOP", "A DIE,B FREEZE", "A STOP,B STOP,C FREEZE");
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void nothingIsLostAndNothingComesTwiceUnmarked(String faults) {
        System.out.println(faults + ": " + new Exploration(world(Break.NONE, 1, 0, faults), STATES).run());
    }

    /** Small enough for a complete exploration in each build: the leader may die at any moment, without messages. */
    @Test
    void theLeaderDiesWhileNothingIsSent() {
        Exploration whole = new Exploration(world(Break.NONE, 0, 0, "A DIE"), MOST).run();
        System.out.println("A DIE, no messages: " + whole);
        assertThat(whole.isWhole()).isTrue();
    }

    @Test
    void aMessageComesAtAnyMoment() {
        System.out.println("a message at any moment: " + new Exploration(world(Break.NONE, 0, 1, ""), 2 * STATES).run());
    }

    @Test
    void allConnectAtOnce() {
        System.out.println(
                "all connect at once: " + new Exploration(World.atOnce(3, Break.NONE).with(1, 0, List.of()), 2 * STATES).run());
    }

    /** A listening cold member gets the standby's lock and takes it for the leader's. */
    @Test
    @Tag("long")
    void twoLeadersAreFound() {
        find("two may begin messages at once", world(Break.ANY_LOCK_LEADS, 0, 0, "A DIE,B FREEZE"));
    }

    @Test
    void aTakeOverThatDoesNotWaitForItsMarkerIsFound() {
        find("message 0 has two ids", world(Break.NO_TAKEOVER_MARKER, 1, 0, "A DIE"));
    }

    @Test
    void aReportOfWhatHasBegunIsFound() {
        find("message 0 is lost and nobody is told", world(Break.PROGRESS_AT_START, 1, 0, "A DIE"));
    }

    private static World world(Break broken, int sent, int later, String faults) {
        return World.settled(3, broken).with(sent, later, Stream.of(faults.split(",")).filter(fault -> !fault.isEmpty())
                .map(fault -> new Choice(fault.charAt(0) - 'A', Kind.valueOf(fault.substring(2)))).toList());
    }

    private static void find(String broken, World world) {
        assertThatThrownBy(() -> new Exploration(world, MOST).run()).isInstanceOf(AssertionError.class)
                .hasMessageContaining(broken)
                .satisfies(found -> System.out.println(found.getMessage().lines().findFirst().orElseThrow()));
    }
}
