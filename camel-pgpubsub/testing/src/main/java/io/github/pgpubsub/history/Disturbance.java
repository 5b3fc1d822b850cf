package io.github.pgpubsub.history;

/**
 * Something other than an orderly change, from when to when.
 *
 * @param what   {@link What#KILLING}, {@link What#FREEZING} or {@link What#DISTURBING}
 * @param member whose, or {@link Event.Happening#EVERYBODY}
 */
record Disturbance(What what, String member, long from, long to) {

    boolean concerns(String other) {
        return member.equals(Event.Happening.EVERYBODY) || member.equals(other);
    }

    boolean meets(long begin, long end) {
        return from <= end && to >= begin;
    }
}
