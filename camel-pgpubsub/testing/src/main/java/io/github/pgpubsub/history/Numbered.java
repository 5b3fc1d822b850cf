package io.github.pgpubsub.history;

import java.util.Comparator;

/**
 * A message of a test. Each sender counts 1, 2, 3…, and sends its numbers in this order.
 *
 * @param sender name of the sender
 * @param number from 1
 */
public record Numbered(String sender, long number) implements Comparable<Numbered> {

    private static final String ONLY = "numbers";
    private static final Comparator<Numbered> ORDER = Comparator.comparing(Numbered::sender).thenComparingLong(Numbered::number);

    /** Parses a payload: {@code 17}, or {@code anna:17} if there are several senders. */
    public static Numbered ofPayload(String payload) {
        int colon = payload.indexOf(':');
        return colon < 0 ? new Numbered(ONLY, Long.parseLong(payload))
                : new Numbered(payload.substring(0, colon), Long.parseLong(payload.substring(colon + 1)));
    }

    /** The sender whose payloads are bare numbers. */
    public static String onlySender() {
        return ONLY;
    }

    @Override
    public int compareTo(Numbered other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return sender + ":" + number;
    }
}
