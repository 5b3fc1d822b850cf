package io.github.pgpubsub.lead.exploration;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.lead.exploration.Choice.Kind;
import io.github.pgpubsub.lead.simulation.Break;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code -Dexploration.states=1000000} explores each world further. */
class ExplorationTest {

    private static final int STATES = Integer.getInteger("exploration.states", 20_000);
    private static final int A = 0;
    private static final int B = 1;
    private static final int C = 2;

    @Test
    void first() {
        explore(2, List.of());
        explore(2, List.of(new Choice(A, Kind.DIE)));
        explore(2, List.of(new Choice(A, Kind.DIE), new Choice(B, Kind.FREEZE)));
    }

    @Test
    void twoLeadersAreFound() {
        find(Break.ANY_LOCK_LEADS, 0, new Choice(A, Kind.DIE), new Choice(B, Kind.FREEZE));
    }

    private static void find(Break broken, int messages, Choice... faults) {
        assertThatThrownBy(() -> System.out.println(new Exploration(World.settled(3, broken).with(messages, List.of(faults)), STATES).run()))
                .isInstanceOf(AssertionError.class).satisfies(e -> System.out.println(broken + ": " + e.getMessage()));
    }

    private static void explore(int messages, List<Choice> faults) {
        long began = System.nanoTime();
        Exploration exploration = new Exploration(World.settled(3, Break.NONE).with(messages, faults), STATES).run();
        System.out.println(faults + " " + messages + ": " + exploration + ", " + (System.nanoTime() - began) / 1_000_000 + " ms");
    }
}
