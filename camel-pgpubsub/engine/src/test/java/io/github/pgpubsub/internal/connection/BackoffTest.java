package io.github.pgpubsub.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Pauses grow, stay under their bound, and differ between clients. */
class BackoffTest {

    private static final RandomGenerator NO_JITTER = always(0);

    @Test
    void pausesDoubleUntilTheLongest() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(1000), NO_JITTER);

        assertThat(LongStream.range(0, 6).map(i -> backoff.next().toMillis())).containsExactly(100L, 200L, 400L, 800L, 1000L,
                1000L);
    }

    @Test
    void aSuccessStartsAgainWithTheFirst() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), NO_JITTER);
        backoff.next();
        backoff.next();
        assertThat(backoff.failures()).isEqualTo(2);

        backoff.reset();

        assertThat(backoff.failures()).isZero();
        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void clientsThatLostOneServerDoNotComeBackInStep() {
        long different = LongStream.range(0, 50)
                .map(seed -> new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new Random(seed)).next().toMillis())
                .distinct().count();

        assertThat(different).isGreaterThan(30);
    }

    @Test
    void aFirstPauseOverTheLongestWins() {
        assertThat(new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(1), NO_JITTER).next()).isEqualTo(Duration.ofSeconds(5));
    }

    @Property
    void everyPauseLiesBetweenHalfOfItsBoundAndItsBound(
            @ForAll @LongRange(min = 1, max = 60_000) long first,
            @ForAll @LongRange(min = 1, max = 3_600_000) long longest,
            @ForAll @IntRange(max = 200) int failuresBefore,
            @ForAll long seed) {
        Backoff backoff = new Backoff(Duration.ofMillis(first), Duration.ofMillis(longest), new Random(seed));
        for (int i = 0; i < failuresBefore; i++) {
            backoff.next();
        }
        double bound = Math.min(Math.max(first, longest), first * Math.pow(2, failuresBefore));

        assertThat((double) backoff.next().toMillis()).isBetween(Math.floor(bound / 2), bound);
    }

    private static RandomGenerator always(long value) {
        return () -> value;
    }
}
