package io.github.pgpubsub.kept;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the log is, and how long it keeps messages.
 *
 * @param schema       the log's schema, 1 to 63 bytes; default {@code pgpubsub}
 * @param create       whether to make the log if it is absent and to bring an older one up to date; default true
 * @param retention    how long completed messages stay at least, 1 s or more; default 7 days
 * @param retentionMax after which age messages go that a group has not read; null, the default: never
 * @param groupExpiry  after which time a group is removed that no process has joined, 1 s or more; default 30 days
 */
public record KeptLogOptions(String schema, boolean create, Duration retention, @Nullable Duration retentionMax,
        Duration groupExpiry) {

    /** All defaults. */
    public static final KeptLogOptions DEFAULTS = new KeptLogOptions("pgpubsub", true, Duration.ofDays(7), null,
            Duration.ofDays(30));
}
