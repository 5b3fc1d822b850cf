package io.github.pgpubsub.internal.connection;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: doubling from the first to the longest, each shortened at random by up to a half, so that many
 * clients that lost one server do not come back in step. Not thread-safe.
 */
public final class Backoff {

    private final long firstMillis;
    private final long longestMillis;
    private final RandomGenerator random;
    private int failures;

    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.firstMillis = Math.max(1, first.toMillis());
        this.longestMillis = Math.max(firstMillis, longest.toMillis());
        this.random = random;
    }

    /** The pause after one more failure. */
    public Duration next() {
        long pause = firstMillis;
        for (int i = 0; i < failures && pause < longestMillis; i++) {
            pause = Math.min(longestMillis, pause * 2);
        }
        failures++;
        return Duration.ofMillis(pause - random.nextLong(pause / 2 + 1));
    }

    /** Attempts that failed since the last success. */
    public int failures() {
        return failures;
    }

    public void reset() {
        failures = 0;
    }
}
