package io.github.pgpubsub.internal.log.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code -Dsimulation.seeds=1000000} runs more worlds, {@code -Dsimulation.first=N -Dsimulation.seeds=1} the one that failed. */
@Tag("simulation")
class SharingSimulationTest {

    private static final long FIRST = Long.getLong("simulation.first", 0);
    private static final long SEEDS = Math.max(1, Long.getLong("simulation.seeds", 10_000) / 25);
    private static final long MOST_TO_FIND = 2_000;
    /**
     * Worlds in which a rare fault was found last. They are tried first; a change of the rules or of the simulation moves the fault to
     * other worlds, which the search then finds.
     */
    private static final Map<Break, Long> FOUND_LAST = Map.of(Break.NOBODY_WATCHES, 1003L, Break.OWN_TIES, 1029L,
            Break.NEVER_GIVEN_UP, 591L, Break.WITHDRAWN_STAYS, 553L,
            Break.LEFT_BEFORE_FINISHED, 1004L, Break.PRESENCE_UNSEEN, 1003L);

    @Test
    void eachShardIsLedByOneAndSharesSettle() {
        LongAdder moves = new LongAdder();
        LongAdder settled = new LongAdder();
        LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(seed -> {
            Simulation world = new Simulation(seed, Break.NONE);
            try {
                world.run();
            } catch (AssertionError e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
            moves.add(world.givenBack);
            settled.add(world.settled);
        });
        System.out.println(
                "figures: " + SEEDS + " simulated groups with shards ran clean, " + moves + " shards given back, settled for "
                        + settled + " steps");
        assertThat(settled.sum()).isPositive();
    }

    /** A simulation that finds nothing in broken rules would prove nothing about the right ones. */
    @ParameterizedTest
    @EnumSource(value = Break.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aBrokenRuleIsFound(Break broken) {
        Long last = FOUND_LAST.get(broken);
        OptionalLong found = last != null && isFound(last, broken) ? OptionalLong.of(last)
                : LongStream.range(0, MOST_TO_FIND).parallel().filter(seed -> isFound(seed, broken)).findAny();
        assertThat(found).as("a world of " + MOST_TO_FIND + " in which " + broken + " is found").isPresent();
        System.out.println("figures: " + broken + " is found in the world " + found.getAsLong());
    }

    private static boolean isFound(long seed, Break broken) {
        try {
            new Simulation(seed, broken).run();
            return false;
        } catch (AssertionError e) {
            return broken.isFoundBy(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }
}
