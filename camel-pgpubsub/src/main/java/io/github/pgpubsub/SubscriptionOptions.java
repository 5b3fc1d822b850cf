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
 * @param leaderTimeout   a listener that shows no life for this long is deposed; zero: never
 * @param standbyBuffer   messages that the standby holds ready until the listener has processed them; 0: none
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
        Duration leaderTimeout,
        int standbyBuffer,
        int queueSize,
        int concurrency,
        Duration drainTimeout) {

    public SubscriptionOptions {
        ChannelName.check(channel);
        atLeast(1, "queueSize", queueSize);
        atLeast(1, "concurrency", concurrency);
        atLeast(1, "acquireInterval", acquireInterval.toMillis());
        atLeast(0, "leaderTimeout", leaderTimeout.toMillis());
        atLeast(0, "standbyBuffer", standbyBuffer);
    }

    /** A single listener of group {@code default}: what the component's options default to. */
    public static SubscriptionOptions of(String channel) {
        return new SubscriptionOptions(channel, true, "default", false, Duration.ofMillis(500), Duration.ofSeconds(30), 20_000, 1000,
                1, Duration.ofSeconds(45));
    }

    private static void atLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least " + least);
        }
    }
}
