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
    private boolean failing;
    private long failingSince;

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
        failing = false;
    }

    /** The lead came, however long nothing could be read before. */
    void begin(long now) {
        failures = 0;
        failing = true;
        failingSince = now;
    }

    /** The connection is lost, or a request has failed. */
    void failed(long now) {
        if (!failing) {
            failing = true;
            failingSince = now;
        }
    }

    /** For how long a connection, or an answer to a request to read, has been lacking. */
    long failingFor(long now) {
        return failing ? now - failingSince : 0;
    }

    /** That time was spent waiting for something else. */
    void excuse(long nanos) {
        failingSince += nanos;
    }

    long nextLook() {
        long pause = TimeUnit.MILLISECONDS.toNanos(LOOKS_MILLIS[Math.min(looks, LOOKS_MILLIS.length - 1)]);
        looks = Math.min(looks + 1, LOOKS_MILLIS.length);
        return Math.min(pause, longestLook);
    }

    long afterFailure() {
        long pause = Math.min(LONGEST_FAILURE, FIRST_FAILURE << Math.min(failures, 20));
        failures++;
        return pause;
    }
}
