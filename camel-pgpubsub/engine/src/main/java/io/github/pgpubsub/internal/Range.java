package io.github.pgpubsub.internal;

import java.time.Duration;

/**
 * What an option may be. Durations are in milliseconds.
 *
 * @param least at least this
 * @param most  at most this
 * @param zero  whether 0 is allowed although it is less than the least
 */
public record Range(long least, long most, boolean zero) {

    /** 24 days: as milliseconds they, and sums with what else is waited for, are what drivers and servers can count. */
    private static final long LONGEST = Duration.ofDays(24).toMillis();

    /** Any time to wait: 1 ms to 24 days. */
    public static final Range DURATION = new Range(1, LONGEST, false);

    /** A time to wait, or none at all: 0 to 24 days. */
    public static final Range DURATION_OR_NONE = new Range(0, LONGEST, false);

    /** 1 ms to 9 hours: the server hands it to its kernel as TCP keepalives, which take at most 32,767 seconds. */
    public static final Range HEARTBEAT = new Range(1, Duration.ofHours(9).toMillis(), false);

    /** 0 or 100 ms to 24 days: half of it is a lease, which has to be renewed, and so longer than a round trip and its turns. */
    public static final Range LEADER_TIMEOUT = new Range(100, LONGEST, true);

    /** 1 to 10,000: each is a thread, and a start makes them all. */
    public static final Range THREADS = new Range(1, 10_000, false);

    /** At least this. */
    public static Range from(long least) {
        return new Range(least, Long.MAX_VALUE, false);
    }

    /**
     * Checks a value and returns it.
     *
     * @param option begins the message
     * @throws IllegalArgumentException when it is out of this range; the message has option, value and bound
     */
    public long check(String option, long value) {
        if (zero && value == 0) {
            return value;
        } else if (value < least) {
            throw new IllegalArgumentException(
                    option + " is " + value + "; it must be " + (zero ? "0 or " : "") + "at least " + least);
        } else if (value > most) {
            throw new IllegalArgumentException(option + " is " + value + "; it must be at most " + most);
        }
        return value;
    }

    /**
     * Checks a duration and returns it.
     *
     * @param option begins the message
     * @throws IllegalArgumentException when it is out of this range; the message has option, value and bound
     */
    public Duration check(String option, Duration value) {
        Duration shortest = Duration.ofMillis(least);
        Duration longest = Duration.ofMillis(most);
        if (zero && value.isZero()) {
            return value;
        } else if (value.compareTo(shortest) < 0) {
            throw new IllegalArgumentException(
                    option + " is " + value + "; it must be " + (zero ? "0 or " : "") + "at least " + shortest);
        } else if (value.compareTo(longest) > 0) {
            throw new IllegalArgumentException(option + " is " + value + "; it must be at most " + longest);
        }
        return value;
    }
}
