package io.github.pgpubsub.kept;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identifies a kept message. Ids are drawn again after an asynchronous fail-over, so the time of writing belongs to it.
 *
 * @param id     of the row
 * @param micros when the row was written, microseconds since 1970
 */
public record KeptMessageId(long id, long micros) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,19})-(\\d{1,19})");

    /** Reads the form of {@link #toString}. */
    public static Optional<KeptMessageId> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        try {
            return matcher.matches()
                    ? Optional.of(new KeptMessageId(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** When the row was written. */
    public Instant at() {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @Override
    public String toString() {
        return id + "-" + micros;
    }
}
