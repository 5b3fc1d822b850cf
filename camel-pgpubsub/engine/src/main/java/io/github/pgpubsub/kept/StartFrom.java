package io.github.pgpubsub.kept;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Where a group begins that has no place yet. How it becomes a place is the server's matter: {@link Now} is
 * {@code done} = a snapshot of now; the others are a {@code done} that sees nothing, with a window up to now whose rows before
 * the first wanted one count as complete. So a row with an earlier id that commits later is delivered, too.
 */
public sealed interface StartFrom {

    /** With the first message that commits after the group has joined. */
    record Now() implements StartFrom {}

    /** With the oldest message that is kept. */
    record Earliest() implements StartFrom {}

    /** With the first message written at that time or later. */
    record Time(Instant instant) implements StartFrom {}

    /** With this message. */
    record Id(KeptMessageId id) implements StartFrom {}

    /**
     * Reads the option.
     *
     * @param text {@code now}, {@code earliest}, an ISO-8601 time with its offset, or a message id
     * @throws IllegalArgumentException with the text, if it is none of these
     */
    static StartFrom parse(String text) {
        if (text.equals("now")) {
            return new Now();
        } else if (text.equals("earliest")) {
            return new Earliest();
        }
        Optional<KeptMessageId> id = KeptMessageId.parse(text);
        if (id.isPresent()) {
            return new Id(id.get());
        }
        try {
            return new Time(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("startFrom is " + text + "; it must be now, earliest, a time with its offset "
                    + "such as 2026-01-31T08:00:00Z, or a message id such as 4711-1769846400000000", e);
        }
    }
}
