package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.OnError;
import java.time.Duration;

/**
 * What becomes of a message whose exchange failed.
 *
 * @param retryDelay    first pause, which doubles
 * @param retryMaxDelay longest pause
 * @param retryLimit    so many times it is delivered again before it is parked; -1: any number
 */
public record ErrorPolicy(OnError onError, Duration retryDelay, Duration retryMaxDelay, int retryLimit) {

    /** A pause of no length would make a loop that is hot without end. */
    private static final Duration SHORTEST = Duration.ofMillis(1);

    public ErrorPolicy {
        retryDelay = retryDelay.compareTo(SHORTEST) < 0 ? SHORTEST : retryDelay;
        retryMaxDelay = retryMaxDelay.compareTo(retryDelay) < 0 ? retryDelay : retryMaxDelay;
    }

    /** @param attempts deliveries so far, the failed one included */
    OnError decide(int attempts) {
        boolean exhausted = onError == OnError.retry && retryLimit >= 0 && attempts > retryLimit;
        return exhausted ? OnError.park : onError;
    }

    /** Whether a message may be parked. */
    public boolean parks() {
        return onError == OnError.park || (onError == OnError.retry && retryLimit >= 0);
    }

    /** The pause before the next delivery, nanoseconds. */
    long pauseNanos(int attempts) {
        long pause = retryDelay.toNanos();
        long longest = retryMaxDelay.toNanos();
        for (int i = 1; i < attempts && pause < longest; i++) {
            pause = pause > longest / 2 ? longest : pause * 2;
        }
        return Math.min(pause, longest);
    }
}
