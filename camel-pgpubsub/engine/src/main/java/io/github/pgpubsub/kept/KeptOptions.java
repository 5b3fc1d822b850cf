package io.github.pgpubsub.kept;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.GroupName;
import io.github.pgpubsub.internal.Range;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of a subscription to a kept channel: the channel, and values that differ from the defaults. Immutable. The {@link Builder}
 * has the units, ranges and defaults.
 */
public final class KeptOptions {

    private final Builder values;

    private KeptOptions(Builder values) {
        this.values = values;
    }

    /** Options with all defaults: a single listener in the group {@code default}, from now on. */
    public static KeptOptions of(String channel) {
        return to(channel).build();
    }

    /** @param channel name of 1 to 63 bytes of UTF-8 */
    public static Builder to(String channel) {
        return new Builder(ChannelName.check(channel));
    }

    /** The same, with a queue that is half full at most while each thread has a batch, so that the reader goes on reading. */
    public KeptOptions forBatches() {
        long batches = 2L * values.batchSize * values.concurrency;
        return values.copy().queueSize((int) Math.min(Integer.MAX_VALUE, Math.max(values.queueSize, batches))).build();
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

    public int shards() {
        return values.shards;
    }

    public boolean filtered() {
        return values.filtered;
    }

    public StartFrom startFrom() {
        return values.startFrom;
    }

    public AckMode ackMode() {
        return values.ackMode;
    }

    public @Nullable Transactions transactions() {
        return values.transactions;
    }

    public OnError onError() {
        return values.onError;
    }

    public Duration retryDelay() {
        return values.retryDelay;
    }

    public Duration retryMaxDelay() {
        return values.retryMaxDelay;
    }

    public int retryLimit() {
        return values.retryLimit;
    }

    public boolean wakeUp() {
        return values.wakeUp;
    }

    public Duration pollInterval() {
        return values.pollInterval;
    }

    public Duration acquireInterval() {
        return values.acquireInterval;
    }

    public Duration leaderTimeout() {
        return values.leaderTimeout;
    }

    public int queueSize() {
        return values.queueSize;
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

    /** Collects values; each has a default. */
    public static final class Builder implements Cloneable {

        private final String channel;
        private String name;
        private boolean singleListener = true;
        private String group = "default";
        private int shards = 1;
        private boolean filtered;
        private StartFrom startFrom = new StartFrom.Now();
        private AckMode ackMode = AckMode.batch;
        private @Nullable Transactions transactions;
        private OnError onError = OnError.skip;
        private Duration retryDelay = Duration.ofSeconds(1);
        private Duration retryMaxDelay = Duration.ofMinutes(1);
        private int retryLimit = -1;
        private boolean wakeUp = true;
        private Duration pollInterval = Duration.ofSeconds(1);
        private Duration acquireInterval = Duration.ofMillis(500);
        private Duration leaderTimeout = Duration.ofSeconds(30);
        private int queueSize = 1000;
        private @Nullable BufferLimit memory;
        private int concurrency = 1;
        private int batchSize = 100;
        private Duration batchTimeout = Duration.ofSeconds(1);
        private Duration drainTimeout = Duration.ofSeconds(45);

        private Builder(String channel) {
            this.channel = channel;
            this.name = channel;
        }

        /** The subscription's name in logs, for example the route's name. Default: the channel. */
        public Builder name(String value) {
            name = Objects.requireNonNull(value);
            return this;
        }

        /**
         * True: of all subscriptions with this channel and group, on all hosts, one receives at a time. False: this subscription has a
         * place of its own, which ends with it. Default: true.
         */
        public Builder singleListener(boolean value) {
            singleListener = value;
            return this;
        }

        /**
         * The group: its place in the log is shared by all its subscriptions. Default: {@code default}.
         *
         * @throws IllegalArgumentException when the name is empty, or has the character NUL or 1
         */
        public Builder group(String value) {
            group = GroupName.checkKept(value);
            return this;
        }

        /**
         * Members of the group that are active at once at most, 1 to 1,024: each key stays in order on one of them. The number is stored with
         * the group, and members with another one are refused. Default: 1.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder shards(int value) {
            shards = (int) Range.SHARDS.check("shards", value);
            return this;
        }

        /** Whether to leave out what this process itself sent. Default: false. */
        public Builder filtered(boolean value) {
            filtered = value;
            return this;
        }

        /** Where the group begins if it has no place yet. Default: now. */
        public Builder startFrom(StartFrom value) {
            startFrom = Objects.requireNonNull(value);
            return this;
        }

        /** When the group's place moves. Default: {@link AckMode#batch}. */
        public Builder ackMode(AckMode value) {
            ackMode = Objects.requireNonNull(value);
            return this;
        }

        /** In which transactions the handler runs; needed by {@link AckMode#transaction}, and by it alone. */
        public Builder transactions(@Nullable Transactions value) {
            transactions = value;
            return this;
        }

        /** What becomes of a message whose handling failed. Default: {@link OnError#skip}. */
        public Builder onError(OnError value) {
            onError = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Pauses before a failed message is delivered again, 1 ms to 24 days: the first one, which doubles, and the longest. Defaults: 1 s,
         * 1 min.
         *
         * @param limit so many times it is delivered again before it is parked, 0 or more; -1, the default: any number. Attempts are
         *              counted since this process has the lead
         * @throws IllegalArgumentException when a value is out of range
         */
        public Builder retry(Duration delay, Duration maxDelay, int limit) {
            retryDelay = Range.DURATION.check("retryDelay", delay);
            retryMaxDelay = Range.DURATION.check("retryMaxDelay", maxDelay);
            retryLimit = (int) Range.from(-1).check("retryLimit", limit);
            return this;
        }

        /** Whether writers wake this subscription; otherwise it only polls. Default: true. */
        public Builder wakeUp(boolean value) {
            wakeUp = value;
            return this;
        }

        /**
         * How often to look without having been woken, 1 ms to 24 days. Default: 1 s.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder pollInterval(Duration value) {
            pollInterval = Range.DURATION.check("pollInterval", value);
            return this;
        }

        /**
         * How often a standby checks whether the listener is gone, 1 ms to 24 days. Default: 500 ms.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder acquireInterval(Duration value) {
            acquireInterval = Range.DURATION.check("acquireInterval", value);
            return this;
        }

        /**
         * A listener without a sign of life for this long, 100 ms to 24 days, is deposed; zero: never. Default: 30 s.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder leaderTimeout(Duration value) {
            leaderTimeout = Range.LEADER_TIMEOUT.check("leaderTimeout", value);
            return this;
        }

        /**
         * Maximum messages that are handed out and not complete, at least 1; of batches it is at least two for each thread. Default: 1,000.
         */
        public Builder queueSize(int value) {
            queueSize = (int) Range.from(1).check("queueSize", value);
            return this;
        }

        /** Limits the waiting bytes of all subscriptions that share it. Default, and null: 64 MiB per {@code PgPubSub}. */
        public Builder memory(@Nullable BufferLimit value) {
            memory = value;
            return this;
        }

        /**
         * Threads that call the handler, 1 to 10,000; more than one thread gives up the order. Default: 1.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder concurrency(int value) {
            concurrency = (int) Range.THREADS.check("concurrency", value);
            return this;
        }

        /**
         * How large batches are, for {@link KeptMessages#subscribeToBatches}; other subscriptions ignore it. A batch is handled when it
         * has {@code size} messages, when {@code timeout} has passed since its first message came, or when no more can join it.
         * Defaults: 100, 1 s.
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
         * How long {@link KeptSubscription#close} waits for messages that the handler has begun, 0 to 24 days. Default: 45 s.
         *
         * @throws IllegalArgumentException when the value is out of range
         */
        public Builder drainTimeout(Duration value) {
            drainTimeout = Range.DURATION_OR_NONE.check("drainTimeout", value);
            return this;
        }

        /** @throws IllegalArgumentException when values don't go together */
        public KeptOptions build() {
            KeptOptions options = new KeptOptions(copy());
            KeptOptionRules.check(options);
            return options;
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
