package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.OwnMessages;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options of a session.
 *
 * @param name              thread and application name
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param reconnectLimit    failed attempts in a row after which the session gives up; -1: no limit
 * @param heartbeatInterval silence after which the server is asked for a sign of life
 * @param heartbeatTimeout  maximum time for any answer of the server
 * @param tick              maximum interval between ticks of the subscribers
 * @param customizer        null: none
 * @param ownMessages       recognises messages that this process sent
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
