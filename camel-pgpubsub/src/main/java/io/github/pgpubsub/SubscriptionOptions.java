package io.github.pgpubsub;

import java.time.Duration;

/**
 * What a subscription wants.
 *
 * @param channel         1 to 63 bytes of UTF-8
 * @param singleListener  of all with this channel and group, on all hosts, one receives at a time; false: all do
 * @param group           who shares a listener
 * @param filtered        leave out what this process itself published
 * @param acquireInterval how often a standby looks whether the listener is gone
 * @param queueSize       messages between the session and the handler, at least 1
 * @param concurrency     threads that call the handler, at least 1; more than one gives up order
 * @param drainTimeout    how long {@link Subscription#close} waits for messages that were taken in
 */
public record SubscriptionOptions(
        String channel,
        boolean singleListener,
        String group,
        boolean filtered,
        Duration acquireInterval,
        int queueSize,
        int concurrency,
        Duration drainTimeout) {

    public SubscriptionOptions {
        ChannelName.check(channel);
        positive("queueSize", queueSize);
        positive("concurrency", concurrency);
        positive("acquireInterval", acquireInterval.toMillis());
    }

    /** A single listener of group {@code default}: what the component's options default to. */
    public static SubscriptionOptions of(String channel) {
        return new SubscriptionOptions(channel, true, "default", false, Duration.ofMillis(500), 1000, 1, Duration.ofSeconds(45));
    }

    public SubscriptionOptions withSingleListener(boolean value) {
        return new SubscriptionOptions(channel, value, group, filtered, acquireInterval, queueSize, concurrency, drainTimeout);
    }

    public SubscriptionOptions withGroup(String value) {
        return new SubscriptionOptions(channel, singleListener, value, filtered, acquireInterval, queueSize, concurrency, drainTimeout);
    }

    public SubscriptionOptions withFiltered(boolean value) {
        return new SubscriptionOptions(channel, singleListener, group, value, acquireInterval, queueSize, concurrency, drainTimeout);
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least 1");
        }
    }
}
