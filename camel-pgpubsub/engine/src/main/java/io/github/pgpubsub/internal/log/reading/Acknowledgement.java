package io.github.pgpubsub.internal.log.reading;

import org.jspecify.annotations.Nullable;

/**
 * Moves the place: {@code where epoch = … and owner = … and upto::text is not distinct from …}.
 *
 * @param upto       the end of the open window, which must still be there; null: none is open, and {@code lastId} says nothing
 * @param lastId     up to this id the window is complete. {@code last_id = greatest(last_id, …)}: an exchange's transaction may
 *                   have moved the place further since this was sent
 * @param whole      the window is complete: {@code done = upto}, and none is open
 * @param release    nothing is handed out that is not complete: {@code owner} becomes null with this update, and the next
 *                   leader marks nothing
 * @param missedTold so many given up messages the group has been told of
 */
public record Acknowledgement(@Nullable Bound upto, long lastId, boolean whole, boolean release, long missedTold) {}
