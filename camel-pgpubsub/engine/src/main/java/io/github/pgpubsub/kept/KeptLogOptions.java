package io.github.pgpubsub.kept;

import io.github.pgpubsub.internal.Range;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the log is, and how long it keeps messages.
 *
 * @param schema       the log's schema, 1 to 63 bytes; default {@code pgpubsub}
 * @param create       whether to make the log if it is absent and to bring an older one up to date; default true
 * @param retention    how long completed messages stay at least, 1 s or more; default 7 days
 * @param retentionMax after which age messages go that a group has not read, 1 s or more; null, the default: never
 * @param groupExpiry  after which time a group is removed that no process has joined, 1 s or more; default 30 days
 */
public record KeptLogOptions(String schema, boolean create, Duration retention, @Nullable Duration retentionMax,
        Duration groupExpiry) {

    /** Before the defaults, which it checks. */
    private static final Range SECOND = Range.from(1000);

    /** All defaults. */
    public static final KeptLogOptions DEFAULTS = new KeptLogOptions("pgpubsub", true, Duration.ofDays(7), null,
            Duration.ofDays(30));

    /** @throws IllegalArgumentException when a duration is out of range */
    public KeptLogOptions {
        Objects.requireNonNull(schema, "schema");
        retention = SECOND.check("retention", retention);
        retentionMax = retentionMax == null ? null : SECOND.check("retentionMax", retentionMax);
        groupExpiry = SECOND.check("groupExpiry", groupExpiry);
    }
}
