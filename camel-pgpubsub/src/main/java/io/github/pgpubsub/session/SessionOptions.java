package io.github.pgpubsub.session;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import java.time.Duration;

/**
 * How a session behaves.
 *
 * @param name              thread and application name
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param heartbeatInterval silence after which the server is asked for a sign of life
 * @param heartbeatTimeout  how long any answer of the server may take
 * @param tick              how often subscribers are asked what they want, at least
 * @param customizer        null: none
 */
public record SessionOptions(
        String name,
        Duration reconnectDelay,
        Duration reconnectMaxDelay,
        Duration heartbeatInterval,
        Duration heartbeatTimeout,
        Duration tick,
        ConnectionCustomizer customizer) {}
