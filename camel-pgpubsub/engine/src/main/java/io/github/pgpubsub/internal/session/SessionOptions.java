package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.OwnMessages;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a session behaves.
 *
 * @param name              thread and application name
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param reconnectLimit    attempts in a row that may fail before the session gives up; -1: for ever
 * @param heartbeatInterval silence after which the server is asked for a sign of life
 * @param heartbeatTimeout  how long any answer of the server may take
 * @param tick              how often subscribers are asked what they want, at least
 * @param customizer        null: none
 * @param ownMessages       what counts as sent by this process
 */
public record SessionOptions(
        String name,
        Duration reconnectDelay,
        Duration reconnectMaxDelay,
        int reconnectLimit,
        Duration heartbeatInterval,
        Duration heartbeatTimeout,
        Duration tick,
        @Nullable ConnectionCustomizer customizer,
        OwnMessages ownMessages) {}
