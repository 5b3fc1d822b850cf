package io.github.pgpubsub.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.work.Alarms.Alarm;
import org.junit.jupiter.api.Test;

/** Each alarm comes due once, at the earliest time that it was set for. */
class AlarmsTest {

    /** The clock may begin anywhere, and pass the largest number. */
    private static final long NOW = Long.MAX_VALUE - 15;

    private final Alarms alarms = new Alarms();
    private final Alarm one = new Alarm(() -> {});
    private final Alarm other = new Alarm(() -> {});

    @Test
    void theEarliestIsFirst() {
        assertThat(alarms.remaining(NOW)).isEqualTo(Alarms.NONE);
        assertThat(alarms.set(one, NOW + 20)).isTrue();
        assertThat(alarms.set(other, NOW + 30)).isFalse();
        assertThat(alarms.remaining(NOW)).isEqualTo(20);
        assertThat(alarms.due(NOW + 19)).isNull();
        assertThat(alarms.due(NOW + 40)).isSameAs(one);
        assertThat(alarms.due(NOW + 40)).isSameAs(other);
        assertThat(alarms.due(NOW + 40)).isNull();
    }

    @Test
    void setAgainItComesOnce() {
        alarms.set(one, NOW + 20);
        assertThat(alarms.set(one, NOW + 30)).as("later").isFalse();
        assertThat(alarms.remaining(NOW)).isEqualTo(20);
        assertThat(alarms.set(one, NOW + 10)).isTrue();
        assertThat(alarms.due(NOW + 10)).isSameAs(one);
        assertThat(alarms.due(NOW + 50)).isNull();
        assertThat(alarms.set(one, NOW + 60)).isTrue();
        assertThat(alarms.due(NOW + 60)).isSameAs(one);
    }

    @Test
    void cancelled() {
        alarms.set(one, NOW);
        alarms.cancel(one);
        alarms.cancel(one);
        assertThat(alarms.due(NOW)).isNull();
    }
}
