package io.github.pgpubsub.internal.log.storing;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.publish.OutgoingNotification;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What {@link StoredInLog} needs.
 *
 * @param name              the fetching connection's name in {@code pg_stat_activity}
 * @param fetching          connections to fetch with
 * @param sending           connections to check the log for sending with
 * @param reconnectDelay    first pause before reconnecting
 * @param reconnectMaxDelay longest pause
 * @param customizer        null: none
 * @param create            whether to make the log where it is absent
 * @param ownMessages       learns what is sent
 * @param notifications     sends a notification
 * @param used              called with each message, long or short, so that the log is rotated; must be cheap
 */
public record StoreSettings(String name, ConnectionSource fetching, ConnectionSource sending, Duration reconnectDelay,
        Duration reconnectMaxDelay, @Nullable ConnectionCustomizer customizer, boolean create, OwnMessages ownMessages,
        Consumer<OutgoingNotification> notifications, Runnable used) {}
