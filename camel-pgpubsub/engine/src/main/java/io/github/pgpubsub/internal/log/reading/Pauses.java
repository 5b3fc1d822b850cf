package io.github.pgpubsub.internal.log.reading;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Pauses between looks while writers are at work, and between requests that fail. Nanoseconds. */
final class Pauses {

    private static final long[] LOOKS_MILLIS = {1, 2, 5, 10, 20, 50, 100, 200};
    private static final long FIRST_FAILURE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_FAILURE = TimeUnit.SECONDS.toNanos(5);

    private final long longestLook;
    private int looks;
    private int failures;
    private long failedSince;

    Pauses(@Nullable Duration pollInterval) {
        long longest = TimeUnit.MILLISECONDS.toNanos(LOOKS_MILLIS[LOOKS_MILLIS.length - 1]);
        this.longestLook = pollInterval == null ? longest : Math.min(longest, pollInterval.toNanos());
    }

    /** Something came: look again soon. */
    void found() {
        looks = 0;
    }

    /** A request to read was answered. */
    void answered() {
        failures = 0;
    }

    long nextLook() {
        long pause = TimeUnit.MILLISECONDS.toNanos(LOOKS_MILLIS[Math.min(looks, LOOKS_MILLIS.length - 1)]);
        looks = Math.min(looks + 1, LOOKS_MILLIS.length);
        return Math.min(pause, longestLook);
    }

    /** For how long requests have failed, now once more. */
    long failingSince(long now) {
        if (failures == 0) {
            failedSince = now;
        }
        return now - failedSince;
    }

    long afterFailure() {
        long pause = Math.min(LONGEST_FAILURE, FIRST_FAILURE << Math.min(failures, 20));
        failures++;
        return pause;
    }
}
