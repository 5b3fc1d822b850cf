package io.github.pgpubsub.internal.log;

import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of the log, as a page has it. Of payload and bytes one is null, or both.
 *
 * @param headers  a JSON object
 * @param context  the process that sent it, unless plain SQL did
 * @param forGroup whether it was written for one group alone: it was parked before
 * @param at       when it was written
 */
public record KeptRow(@Nullable String key, @Nullable String payload, byte @Nullable [] bytes, @Nullable String headers,
        @Nullable UUID context, boolean forGroup, OffsetDateTime at) {}
