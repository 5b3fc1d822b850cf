package io.github.pgpubsub.publish;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import java.time.Duration;

/**
 * How a publisher behaves.
 *
 * @param name              thread and application name
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param maxBatch          notifications that share one commit at most
 * @param capacity          notifications that may wait; a sender that comes then waits for a place
 * @param customizer        null: none
 */
public record PublisherOptions(
        String name,
        Duration reconnectDelay,
        Duration reconnectMaxDelay,
        int maxBatch,
        int capacity,
        ConnectionCustomizer customizer) {}
