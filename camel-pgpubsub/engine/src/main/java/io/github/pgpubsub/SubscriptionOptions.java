package io.github.pgpubsub;

import io.github.pgpubsub.internal.Range;
import java.time.Duration;
import java.util.Objects;

/** What a subscription wants: a channel, and what differs from the defaults. Immutable. */
public final class SubscriptionOptions {

    private final Builder values;

    private SubscriptionOptions(Builder values) {
        this.values = values;
    }

    /** A single listener of group {@code default}, as the component's options default to. */
    public static SubscriptionOptions of(String channel) {
        return to(channel).build();
    }

    /** @param channel 1 to 63 bytes of UTF-8 */
    public static Builder to(String channel) {
        return new Builder(ChannelName.check(channel));
    }

    SubscriptionOptions with(BufferLimit memory) {
        return values.copy().memory(memory).build();
    }

    public String channel() {
        return values.channel;
    }

    public String name() {
        return values.name;
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

    public BufferLimit memory() {
        return values.memory;
    }

    public int concurrency() {
        return values.concurrency;
    }

    public Duration drainTimeout() {
        return values.drainTimeout;
    }

    /** Takes values; each has a default. */
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
        private BufferLimit memory;
        private int concurrency = 1;
        private Duration drainTimeout = Duration.ofSeconds(45);

        private Builder(String channel) {
            this.channel = channel;
            this.name = channel;
        }

        /** What logs call it, for instance the route it feeds. Default: the channel. */
        public Builder name(String value) {
            name = Objects.requireNonNull(value);
            return this;
        }

        /** Whether of all with this channel and group, on all hosts, one receives at a time; false: all do. Default: true. */
        public Builder singleListener(boolean value) {
            singleListener = value;
            return this;
        }

        /** Who shares a listener. Default: {@code default}. */
        public Builder group(String value) {
            group = Objects.requireNonNull(value);
            return this;
        }

        /** Leave out what this process itself published. Default: false. */
        public Builder filtered(boolean value) {
            filtered = value;
            return this;
        }

        /**
         * How often a standby looks whether the listener is gone, 1 ms to 24 days. Default: 500 ms.
         *
         * @throws IllegalArgumentException when it is out of that range
         */
        public Builder acquireInterval(Duration value) {
            acquireInterval = Range.DURATION.check("acquireInterval", value);
            return this;
        }

        /**
         * A listener that shows no life for this long, 100 ms to 24 days, is deposed; zero: never. Default: 30 s.
         *
         * @throws IllegalArgumentException when it is out of that range
         */
        public Builder leaderTimeout(Duration value) {
            leaderTimeout = Range.LEADER_TIMEOUT.check("leaderTimeout", value);
            return this;
        }

        /** Messages that the standby holds ready until the listener has processed them; 0: none. Default: 20,000. */
        public Builder standbyBuffer(int value) {
            standbyBuffer = (int) Range.from(0).check("standbyBuffer", value);
            return this;
        }

        /** Messages between the session and the handler, at least 1. Default: 1,000. */
        public Builder queueSize(int value) {
            queueSize = (int) Range.from(1).check("queueSize", value);
            return this;
        }

        /** What happens when the queue is full. Default: {@link Overflow#block}. */
        public Builder overflow(Overflow value) {
            overflow = Objects.requireNonNull(value);
            return this;
        }

        /** Bounds the bytes that wait, with all others that share it; null: shared by all of one {@link PgPubSub}, 64 MiB. */
        public Builder memory(BufferLimit value) {
            memory = value;
            return this;
        }

        /**
         * Threads that call the handler, 1 to 10,000; more than one gives up order. Default: 1.
         *
         * @throws IllegalArgumentException when it is out of that range
         */
        public Builder concurrency(int value) {
            concurrency = (int) Range.THREADS.check("concurrency", value);
            return this;
        }

        /**
         * How long {@link Subscription#close} waits for messages that were taken in, 0 to 24 days. Default: 45 s.
         *
         * @throws IllegalArgumentException when it is out of that range
         */
        public Builder drainTimeout(Duration value) {
            drainTimeout = Range.DURATION_OR_NONE.check("drainTimeout", value);
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
