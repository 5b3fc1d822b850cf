package io.github.pgpubsub.history;

/**
 * A time in which a test kills, freezes or disturbs a member: anything but an orderly change.
 *
 * @param what   {@link What#KILLING}, {@link What#FREEZING} or {@link What#DISTURBING}
 * @param member the disturbed member, or {@link Event.Happening#EVERYBODY}
 */
record Disturbance(What what, String member, long from, long to) {

    boolean concerns(String other) {
        return member.equals(Event.Happening.EVERYBODY) || member.equals(other);
    }

    boolean meets(long begin, long end) {
        return from <= end && to >= begin;
    }
}
