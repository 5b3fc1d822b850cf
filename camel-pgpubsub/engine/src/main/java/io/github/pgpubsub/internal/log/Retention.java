package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.kept.KeptLogOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the log keeps what.
 *
 * @param completed messages that all groups have completed, at least
 * @param unread    messages that a group has not read; null: for ever
 * @param groups    a group that no process has joined
 */
public record Retention(Duration completed, @Nullable Duration unread, Duration groups) {

    /** The options' defaults. */
    public static final Retention DEFAULT = of(KeptLogOptions.DEFAULTS);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);
    private static final int PARTS = 10;

    public static Retention of(KeptLogOptions options) {
        return new Retention(options.retention(), options.retentionMax(), options.groupExpiry());
    }

    /** How often to look whether something can be forgotten: a few times before the partition that is written gets old. */
    Duration pause() {
        Duration shortest = unread != null && unread.compareTo(completed) < 0 ? unread : completed;
        Duration part = shortest.dividedBy(PARTS);
        return part.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : part.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : part;
    }

    /** The same for a process that has no reading connection and opens one for it. */
    Duration rarePause() {
        return pause().multipliedBy(6);
    }

    /** How often a process shows that its groups are in use. */
    Duration silence() {
        Duration part = groups.dividedBy(PARTS);
        return part.compareTo(LONGEST_SILENCE) > 0 ? LONGEST_SILENCE : part;
    }
}
