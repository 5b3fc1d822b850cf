package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options of a publisher.
 *
 * @param name              thread and application name
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param maxBatch          maximum notifications per commit, 1 or more
 * @param capacity          maximum waiting notifications, 1 or more; while it is reached, senders wait for room
 * @param customizer        null: none
 */
public record PublisherOptions(
        String name,
        Duration reconnectDelay,
        Duration reconnectMaxDelay,
        int maxBatch,
        int capacity,
        @Nullable ConnectionCustomizer customizer) {

    /** @throws IllegalArgumentException when an option is out of range */
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
