package io.github.pgpubsub.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GatheringTest {

    private static final BatchLimit LIMIT = new BatchLimit(3, 100);

    private long now = 5000;
    private final Gathering gathering = new Gathering(() -> now);

    @Test
    void aBatchThatIsFullDoesNotWait() {
        gathering.begin();
        assertThat(gathering.remaining(LIMIT, 2, false)).isEqualTo(100);
        assertThat(gathering.remaining(LIMIT, 3, false)).isZero();
        assertThat(gathering.remaining(BatchLimit.SINGLE, 1, false)).isZero();
    }

    /** The first message's time counts, however many come after it. */
    @Test
    void theFirstMessageWaitsForTheTimeoutAtMost() {
        gathering.begin();
        now += 60;
        assertThat(gathering.remaining(LIMIT, 2, false)).isEqualTo(40);
        now += 60;
        assertThat(gathering.remaining(LIMIT, 2, false)).isZero();
    }

    @Test
    void theNextBatchHasATimeOfItsOwn() {
        gathering.begin();
        now += 200;
        gathering.begin();
        assertThat(gathering.remaining(LIMIT, 1, false)).isEqualTo(100);
    }

    @Test
    void aBatchThatCannotGrowDoesNotWait() {
        gathering.begin();
        assertThat(gathering.remaining(LIMIT, 1, true)).isZero();
    }
}
