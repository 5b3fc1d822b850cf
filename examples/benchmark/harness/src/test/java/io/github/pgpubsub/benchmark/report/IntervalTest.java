package io.github.pgpubsub.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalTest {

    @Test
    void ofTwelveRoundsTheThirdOnEachSideIsItsEnd() {
        Interval interval = Interval.of(numbers(12));

        assertThat(interval.low()).isEqualTo(3);
        assertThat(interval.median()).isEqualTo(6.5);
        assertThat(interval.high()).isEqualTo(10);
        // 1 - 2 (1 + 12 + 66) / 4096
        assertThat(interval.coverage()).isCloseTo(0.9614, within(0.0001));
    }

    @Test
    void ofSixRoundsItIsAllOfThem() {
        assertThat(Interval.of(numbers(6))).isEqualTo(new Interval(1, 3.5, 6, 6, 1 - 2 / 64.0));
    }

    @Test
    void fewerRoundsCannotReachTheWantedCoverage() {
        assertThat(Interval.of(numbers(5)).isWide()).isTrue();
        assertThat(Interval.of(numbers(6)).isWide()).isFalse();
        assertThat(Interval.of(List.of(7.0))).isEqualTo(new Interval(7, 7, 7, 1, 0));
    }

    @Test
    void containsTheMedianOfASkewedDistributionAsOftenAsItSays() {
        Random random = new Random(14);
        int worlds = 20_000;
        long right = IntStream.range(0, worlds).mapToObj(world -> Interval.of(
                random.doubles(12).map(uniform -> -Math.log(uniform)).boxed().toList()))
                .filter(interval -> interval.low() <= Math.log(2) && Math.log(2) <= interval.high()).count();

        assertThat(right / (double) worlds).isCloseTo(Interval.of(numbers(12)).coverage(), within(0.005));
    }

    private static List<Double> numbers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(number -> (double) number).toList();
    }
}
