package io.github.pgpubsub.camel.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateTest {

    private final Rate rate = new Rate();

    private void note(long seconds, long count) {
        rate.note(TimeUnit.SECONDS.toNanos(seconds), count);
    }

    @Test
    void oneLookTellsNoRate() {
        note(1, 10);
        assertThat(rate.perSecond()).isNegative();
        assertThat(rate.course()).isEmpty();
    }

    @Test
    void isTheMeanOfTheLastSeconds() {
        note(0, 0);
        for (int second = 1; second <= 10; second++) {
            note(second, 1000 + second * 4L);
        }
        assertThat(rate.perSecond()).isCloseTo(4, within(0.001));
        assertThat(rate.course()).hasSize(10).startsWith(1004.0).endsWith(4.0);
    }

    @Test
    void whatWasBeforeAPauseOrARestartSaysNothing() {
        note(0, 0);
        note(1, 5);
        note(100, 50);
        assertThat(rate.perSecond()).isNegative();
        note(101, 60);
        assertThat(rate.perSecond()).isCloseTo(10, within(0.001));
        note(102, 3);
        assertThat(rate.perSecond()).isNegative();
    }

    @Test
    void remembersABoundedTime() {
        for (int second = 0; second < 1000; second++) {
            note(second, second);
        }
        assertThat(rate.course()).hasSize(60);
    }
}
