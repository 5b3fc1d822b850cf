package io.github.pgpubsub.internal;

import java.time.Duration;

/**
 * The permitted range of an option. Durations are in milliseconds.
 *
 * @param least lower bound, inclusive
 * @param most  upper bound, inclusive
 * @param zero  whether 0 is allowed although it is less than {@code least}
 */
public record Range(long least, long most, boolean zero) {

    /** 24 days: drivers and servers count milliseconds in an int, and a sum with other waiting times must fit, too. */
    private static final long LONGEST = Duration.ofDays(24).toMillis();

    /** A waiting time: 1 ms to 24 days. */
    public static final Range DURATION = new Range(1, LONGEST, false);

    /** A waiting time that may be zero: 0 to 24 days. */
    public static final Range DURATION_OR_NONE = new Range(0, LONGEST, false);

    /** 1 ms to 9 hours: the server's kernel gets the value as TCP keepalive times, which are at most 32,767 seconds. */
    public static final Range HEARTBEAT = new Range(1, Duration.ofHours(9).toMillis(), false);

    /** 0, or 100 ms to 24 days: the lease is half of it, and must be longer than a round trip to renew it. */
    public static final Range LEADER_TIMEOUT = new Range(100, LONGEST, true);

    /** 1 to 10,000: a start creates all of these threads. */
    public static final Range THREADS = new Range(1, 10_000, false);

    /** 1 to 1,024: messages are spread over so many buckets. */
    public static final Range SHARDS = new Range(1, 1024, false);

    /** A range without an upper bound. */
    public static Range from(long least) {
        return new Range(least, Long.MAX_VALUE, false);
    }

    /**
     * Checks a value and returns it.
     *
     * @param option name of the option, for the error text
     * @throws IllegalArgumentException when the value is out of this range; the text has the option, the value and the bound
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
     * @param option name of the option, for the error text
     * @throws IllegalArgumentException when the value is out of this range; the text has the option, the value and the bound
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
