package io.github.pgpubsub.internal.log.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.kept.OnError;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** What becomes of a failed message, and how long it waits. */
class ErrorPolicyTest {

    private static ErrorPolicy policy(OnError onError, int limit) {
        return new ErrorPolicy(onError, Duration.ofSeconds(1), Duration.ofSeconds(60), limit);
    }

    @Test
    void aMessageIsParkedAfterTheLimit() {
        ErrorPolicy twice = policy(OnError.retry, 2);
        assertThat(twice.decide(1)).isEqualTo(OnError.retry);
        assertThat(twice.decide(2)).isEqualTo(OnError.retry);
        assertThat(twice.decide(3)).isEqualTo(OnError.park);
        assertThat(policy(OnError.retry, 0).decide(1)).isEqualTo(OnError.park);
    }

    @Test
    void withoutALimitItIsTriedForEver() {
        assertThat(policy(OnError.retry, -1).decide(Integer.MAX_VALUE)).isEqualTo(OnError.retry);
    }

    @Test
    void theLimitIsThatOfRetriesOnly() {
        assertThat(policy(OnError.skip, 0).decide(5)).isEqualTo(OnError.skip);
        assertThat(policy(OnError.park, 10).decide(1)).isEqualTo(OnError.park);
    }

    /** Errors are kept for these only. */
    @Test
    void whoMayPark() {
        assertThat(policy(OnError.park, -1).parks()).isTrue();
        assertThat(policy(OnError.retry, 0).parks()).isTrue();
        assertThat(policy(OnError.retry, -1).parks()).isFalse();
        assertThat(policy(OnError.skip, 3).parks()).isFalse();
    }

    @Test
    void pausesDouble() {
        ErrorPolicy policy = policy(OnError.retry, -1);
        assertThat(policy.pauseNanos(1)).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(policy.pauseNanos(2)).isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(policy.pauseNanos(6)).isEqualTo(Duration.ofSeconds(32).toNanos());
        assertThat(policy.pauseNanos(7)).isEqualTo(Duration.ofSeconds(60).toNanos());
        assertThat(policy.pauseNanos(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(60).toNanos());
    }

    /** Never none at all, never longer than the longest, never shorter than the one before, for any values. */
    @Property
    void pausesAreWithinTheirBounds(@ForAll @LongRange(min = 0, max = 3_000_000_000L) long delay,
            @ForAll @LongRange(min = 0, max = 3_000_000_000L) long most, @ForAll @IntRange(min = 1, max = 200) int attempts) {
        ErrorPolicy policy = new ErrorPolicy(OnError.retry, Duration.ofMillis(delay), Duration.ofMillis(most), -1);
        long pause = policy.pauseNanos(attempts);
        assertThat(pause).isBetween(1_000_000L, policy.retryMaxDelay().toNanos());
        assertThat(policy.pauseNanos(attempts + 1)).isGreaterThanOrEqualTo(pause);
    }
}
