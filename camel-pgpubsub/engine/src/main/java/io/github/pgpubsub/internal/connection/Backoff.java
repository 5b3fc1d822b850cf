package io.github.pgpubsub.internal.connection;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: each is twice the former, from the first to the longest, minus a random part of up to a half. The
 * jitter keeps clients that lost the same server from reconnecting at the same moment. Not thread-safe.
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

    /** Counts one more failure and returns the pause after it. */
    public Duration next() {
        long pause = firstMillis;
        for (int i = 0; i < failures && pause < longestMillis; i++) {
            pause = Math.min(longestMillis, pause * 2);
        }
        failures++;
        return Duration.ofMillis(pause - random.nextLong(pause / 2 + 1));
    }

    /** Failed attempts since the last success. */
    public int failures() {
        return failures;
    }

    public void reset() {
        failures = 0;
    }
}
