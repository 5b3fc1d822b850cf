package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a publisher behaves.
 *
 * @param name              thread and application name
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param maxBatch          notifications that share one commit at most; 1 or more
 * @param capacity          notifications that may wait, 1 or more; a sender that comes then waits for a place
 * @param customizer        null: none
 */
public record PublisherOptions(
        String name,
        Duration reconnectDelay,
        Duration reconnectMaxDelay,
        int maxBatch,
        int capacity,
        @Nullable ConnectionCustomizer customizer) {

    /** @throws IllegalArgumentException when nothing could be sent with them */
    public PublisherOptions {
        Objects.requireNonNull(name);
        if (maxBatch < 1) {
            throw new IllegalArgumentException("maxBatch is " + maxBatch + "; it must be at least 1");
        }
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity is " + capacity + "; it must be at least 1");
        }
        if (reconnectDelay.isNegative() || reconnectMaxDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "A pause before reconnecting is negative: " + reconnectDelay + ", " + reconnectMaxDelay);
        }
    }
}
