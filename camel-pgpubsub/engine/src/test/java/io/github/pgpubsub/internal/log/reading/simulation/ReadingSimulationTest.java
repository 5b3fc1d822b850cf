package io.github.pgpubsub.internal.log.reading.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of worlds in which everything goes wrong. {@code -Dsimulation.seeds=1000000} runs more of them, and
 * {@code -Dsimulation.first=N -Dsimulation.seeds=1 -Dsimulation.log=1000} runs the one that failed and tells its last events.
 */
@Tag("simulation")
class ReadingSimulationTest {

    private static final long FIRST = Long.getLong("simulation.first", 0);
    /** A world here takes as long as some of the election's. */
    private static final long SEEDS = Math.max(1, Long.getLong("simulation.seeds", 10_000) / 5);
    private static final long MOST_TO_FIND = 20_000;
    /**
     * Worlds in which a rare fault was found last. They are tried first; a change of the protocol or of the simulation moves the
     * fault to other worlds, which the search then finds.
     */
    private static final Map<Break, Long> FOUND_LAST = Map.ofEntries(Map.entry(Break.ACKNOWLEDGEMENT_WITHOUT_EPOCH, 198L),
            Map.entry(Break.EPOCH_WITHOUT_OWNER, 198L), Map.entry(Break.WINDOW_NOT_NAMED, 198L),
            Map.entry(Break.NO_SECOND_LOOK, 123L), Map.entry(Break.COMPLETE_ON_ANY_TIMELINE, 69L),
            Map.entry(Break.ACKNOWLEDGEMENT_ON_ANY_TIMELINE, 4843L), Map.entry(Break.PARKED_ON_ANY_TIMELINE, 198L),
            Map.entry(Break.ACKNOWLEDGEMENT_OVER_PARKED, 261L), Map.entry(Break.EXCHANGE_OVER_PARKED, 10_445L),
            Map.entry(Break.EXCHANGE_ON_ANY_TIMELINE, 33L), Map.entry(Break.EXCHANGE_NOT_DURABLE, 10_169L),
            Map.entry(Break.PARKED_NOT_DURABLE, 449L), Map.entry(Break.DEPOSED_GOES_ON, 462L),
            Map.entry(Break.LAST_ID_GOES_BACK, 233L), Map.entry(Break.EXCHANGE_WITHOUT_FENCE, 130L),
            Map.entry(Break.NEXT_FENCED_BY_ITS_SNAPSHOT, 151L), Map.entry(Break.NEXT_RUN_AGAIN, 91L),
            Map.entry(Break.SNAPSHOT_OF_AN_EARLIER_STATEMENT, 1139L), Map.entry(Break.SHARED_END_NOT_LATER, 602L));

    @Test
    void nothingIsLostAndNothingComesTwiceUnmarked() {
        Map<Simulation.Kind, Long> clean = LongStream.range(FIRST, FIRST + SEEDS).parallel().mapToObj(seed -> {
            Simulation world = new Simulation(seed, Break.NONE);
            world.run();
            return world.kind;
        }).collect(Collectors.groupingByConcurrent(Function.identity(), ConcurrentSkipListMap::new, Collectors.counting()));

        System.out.println("figures: simulated worlds of readers that ran clean " + clean);
    }

    /** A simulation that finds nothing in a broken protocol would prove nothing about the right one. */
    @ParameterizedTest
    @EnumSource(value = Break.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aBrokenProtocolIsFound(Break broken) {
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
            return e.getMessage() != null && broken.isFoundBy(e.getMessage().lines().findFirst().orElse(""));
        }
    }
}
