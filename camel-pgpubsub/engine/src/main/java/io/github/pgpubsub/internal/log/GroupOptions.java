package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a group's messages are read and handed out.
 *
 * @param ownPlace the place is this subscription's alone: it expires after that time without a sign of life, and is removed at the end;
 *                 null: the group's
 * @param leaveOut messages of this process are left out; null: none are
 * @param memory   limits what is in hand of all that share it
 * @param batch    how many messages the handler gets at once
 */
public record GroupOptions(ReadOptions reading, @Nullable Duration ownPlace, @Nullable UUID leaveOut, BufferLimit memory,
        BatchLimit batch) {}
