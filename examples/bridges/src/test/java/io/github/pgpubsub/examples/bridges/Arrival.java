package io.github.pgpubsub.examples.bridges;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message at the end of a bridge.
 *
 * @param millis      when it was seen there
 * @param number      the order's number; {@link #GAP} for a gap
 * @param id          the message id that was carried on, null if there was none
 * @param redelivered whether it was marked as a possible repetition
 */
record Arrival(long millis, long number, @Nullable String id, boolean redelivered) {

    static final long GAP = -1;

    /** The order's number in a message of kept channels, or of plain ones; or a gap. */
    private static final Pattern CONTENT = Pattern.compile("\"after\":\\{\"id\":(\\d+)|\"keys\":\\[(\\d+)\\]|\"gap\":\\d+");

    static Arrival of(long millis, String payload, @Nullable String id, @Nullable String redelivered) {
        Matcher content = CONTENT.matcher(payload);
        if (!content.find()) {
            throw new IllegalArgumentException("Neither an order nor a gap: " + payload);
        }
        String number = content.group(1) != null ? content.group(1) : content.group(2);
        return new Arrival(millis, number == null ? GAP : Long.parseLong(number), id, Boolean.parseBoolean(redelivered));
    }

    boolean isGap() {
        return number == GAP;
    }
}
