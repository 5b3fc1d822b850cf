package io.github.pgpubsub.internal.log.reading;

import java.util.UUID;

/**
 * What a leadership leaves behind in memory when it ends. The next one of the same process uses it only if the place still has
 * this owner and this window: then the messages that have completed meanwhile are complete, but for those of
 * {@code ackMode=transaction} on another timeline, whose effects may be lost. On the same timeline nobody has led
 * in between, so those that had not begun need no mark. On another one somebody may have, before the fail-over.
 *
 * @param redeliveredId messages up to this id are marked
 */
record Remnant(UUID owner, Bound upto, long redeliveredId) {

    boolean fits(Place place) {
        return owner.equals(place.formerOwner()) && upto.equals(place.upto());
    }

    /** @param watermark up to this id the window is complete */
    Place applyTo(Place place, long watermark) {
        return new Place(place.epoch(), place.formerOwner(), place.done(), place.upto(), Math.max(place.lastId(), watermark),
                place.sameTimeline(), place.sameTimeline() ? redeliveredId : place.redeliveredId(), place.missed());
    }
}
