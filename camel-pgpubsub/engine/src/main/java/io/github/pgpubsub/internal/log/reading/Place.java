package io.github.pgpubsub.internal.log.reading;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A group's place as step 0 found it, under the new owner.
 *
 * @param epoch         the new one
 * @param formerOwner   who owned it before; null: nobody, or an owner that had completed all it had handed out
 * @param done          everything before this end is complete
 * @param upto          the end of the open window; null: none is open
 * @param lastId        up to this id the open window is complete
 * @param sameTimeline  whether the last step 0 was on this timeline: otherwise others may have led of whom this server knows
 *                      nothing
 * @param redeliveredId messages up to this id may have been handed out before, and are marked. Step 0 raises it to the open
 *                      window's {@code maxId} if there was a former owner, and to the sequence's value if the timeline is
 *                      another than at the last step 0: windows may have been opened and completed of which this server knows
 *                      nothing
 * @param missed        messages that were given up unread, and of which the group has not been told yet
 */
public record Place(long epoch, @Nullable UUID formerOwner, Bound done, @Nullable Bound upto, long lastId,
        boolean sameTimeline, long redeliveredId, long missed) {}
