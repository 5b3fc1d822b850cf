package io.github.pgpubsub;

import io.github.pgpubsub.internal.Range;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of a subscription: the channel, and values that differ from the defaults. Immutable. The {@link Builder}
 * has the units, ranges and defaults.
 */
public final class SubscriptionOptions {

    private final Builder values;

    private SubscriptionOptions(Builder values) {
        this.values = values;
    }

    /** Options with all defaults: a single listener in the group {@code default}. */
    public static SubscriptionOptions of(String channel) {
        return to(channel).build();
    }

    /** @param channel name of 1 to 63 bytes of UTF-8 */
    public static Builder to(String channel) {
        return new Builder(ChannelName.check(channel));
    }

    /** For the engine's own elections, on a channel that {@link ChannelName#check} refuses to everybody else. */
    public static Builder toElections() {
        return new Builder(ChannelName.ELECTIONS);
    }

    /** With this limit, unless it has one of its own. */
    SubscriptionOptions within(BufferLimit memory) {
        return values.memory != null ? this : values.copy().memory(memory).build();
    }

    /** The queue holds a batch, at least. */
    SubscriptionOptions forBatches() {
        return values.copy().queueSize(Math.max(values.queueSize, values.batchSize)).build();
    }

    public String channel() {
        return values.channel;
    }

    public String name() {
        return values.name;
    }

    /** Whether there are no messages, and only the lead counts: {@link #toElections}. */
    public boolean isElection() {
        return values.channel.equals(ChannelName.ELECTIONS);
    }

    public boolean singleListener() {
        return values.singleListener;
    }

    public String group() {
        return values.group;
    }

    public boolean filtered() {
        return values.filtered;
    }

    public Duration acquireInterval() {
        return values.acquireInterval;
    }

    public Duration leaderTimeout() {
        return values.leaderTimeout;
    }

    public int standbyBuffer() {
        return values.standbyBuffer;
    }

    public int queueSize() {
        return values.queueSize;
    }

    public Overflow overflow() {
        return values.overflow;
    }

    public @Nullable BufferLimit memory() {
        return values.memory;
    }

    public int concurrency() {
        return values.concurrency;
    }

    public int batchSize() {
        return values.batchSize;
    }

    public Duration batchTimeout() {
        return values.batchTimeout;
    }

    public Duration drainTimeout() {
        return values.drainTimeout;
    }

    public boolean awaitStart() {
        return values.awaitStart;
    }

    /** {@link System#nanoTime} of the end of the former subscription that this one continues; null: there is none. */
    public @Nullable Long missedSince() {
        return values.missedSince;
    }

    /** Collects values; each has a default. */
    public static final class Builder implements Cloneable {

        private final String channel;
        private String name;
        private boolean singleListener = true;
        private String group = "default";
        private boolean filtered;
        private Duration acquireInterval = Duration.ofMillis(500);
        private Duration leaderTimeout = Duration.ofSeconds(30);
        private int standbyBuffer = 20_000;
        private int queueSize = 1000;
        private Overflow overflow = Overflow.block;
        private @Nullable BufferLimit memory;
        private int concurrency = 1;
        private int batchSize = 100;
        private Duration batchTimeout = Duration.ofSeconds(1);
        private Duration drainTimeout = Duration.ofSeconds(45);
        private boolean awaitStart = true;
        private @Nullable Long missedSince;

        private Builder(String channel) {
            this.channel = channel;
            this.name = channel;
        }

        /** The subscription's name in logs, for example the route's name. Default: the channel. */
        public Builder name(String value) {
            name = Objects.requireNonNull(value);
            return this;
        }

        /** True: of all subscriptions with this channel and group, on all hosts, one receives at a time. Default: true. */
        public Builder singleListener(boolean value) {
            singleListener = value;
            return this;
        }

        /**
         * The group: of its subscriptions one leads, which means it is the listener, and each group gets every message.
         * Default: {@code default}.
         *
         * @throws IllegalArgumentException when the name is empty
         */
        public Builder group(String value) {
            group = GroupName.check(value);
            return this;
        }

        /** Whether to leave out the messages that this process itself published. Default: false. */
        public Builder filtered(boolean value) {
            filtered = value;
            return this;
        }

        /**
         * How often a standby checks whether the leader is gone, 1 ms to 24 days. Default: 500 ms.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder acquireInterval(Duration value) {
            acquireInterval = Range.DURATION.check("acquireInterval", value);
            return this;
        }

        /**
         * A leader without a sign of life for this long, 100 ms to 24 days, is deposed; zero: never. Default: 30 s.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder leaderTimeout(Duration value) {
            leaderTimeout = Range.LEADER_TIMEOUT.check("leaderTimeout", value);
            return this;
        }

        /**
         * Maximum messages that the standby keeps until the leader has processed them; 0: none. Default: 20,000.
         *
         * @throws IllegalArgumentException when the value is negative
         */
        public Builder standbyBuffer(int value) {
            standbyBuffer = (int) Range.from(0).check("standbyBuffer", value);
            return this;
        }

        /**
         * Maximum messages that wait between the session and the handler, at least 1. Default: 1,000.
         *
         * @throws IllegalArgumentException when the value is less than 1
         */
        public Builder queueSize(int value) {
            queueSize = (int) Range.from(1).check("queueSize", value);
            return this;
        }

        /** What happens when the queue is full. Default: {@link Overflow#block}. */
        public Builder overflow(Overflow value) {
            overflow = Objects.requireNonNull(value);
            return this;
        }

        /** Limits the waiting bytes of all subscriptions that share it. Default, and null: 64 MiB per {@link PgPubSub}. */
        public Builder memory(@Nullable BufferLimit value) {
            memory = value;
            return this;
        }

        /**
         * Threads that call the handler at the same time, 1 to 10,000; more than one gives up the order. A subscription without messages holds
         * none. Default: 1.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder concurrency(int value) {
            concurrency = (int) Range.THREADS.check("concurrency", value);
            return this;
        }

        /**
         * How large batches are, for {@link PgPubSub#subscribeToBatches}; other subscriptions ignore it. A batch is handled when it
         * has {@code size} messages, when {@code timeout} has passed since its first message came to the front of the queue, or
         * when no more can join it. Defaults: 100, 1 s.
         *
         * @param size    at least 1
         * @param timeout 0 to 24 days
         * @throws IllegalArgumentException when a value is out of range
         */
        public Builder batch(int size, Duration timeout) {
            batchSize = (int) Range.from(1).check("batchSize", size);
            batchTimeout = Range.DURATION_OR_NONE.check("batchTimeout", timeout);
            return this;
        }

        /**
         * How long {@link Subscription#close} waits for messages already taken in, 0 to 24 days. Default: 45 s.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder drainTimeout(Duration value) {
            drainTimeout = Range.DURATION_OR_NONE.check("drainTimeout", value);
            return this;
        }

        /**
         * Whether {@link PgPubSub#subscribe} waits until it is decided whether this subscription receives. False, for programs with very
         * many channels: subscribe to all of them, and then wait with {@link Subscription#awaitStart}, so that they share round trips to
         * the server. The first connection to the server is waited for in any case. Default: true.
         */
        public Builder awaitStart(boolean value) {
            awaitStart = value;
            return this;
        }

        /**
         * Says that this subscription continues a former one, which has ended: its first gap then begins there, and is not
         * {@link Message.Gap#first()}. A single listener ignores it, because another member may have received meanwhile. Default, and null: the
         * subscription is the first.
         *
         * @param value {@link System#nanoTime} of the end
         */
        public Builder missedSince(@Nullable Long value) {
            missedSince = value;
            return this;
        }

        public SubscriptionOptions build() {
            return new SubscriptionOptions(copy());
        }

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
