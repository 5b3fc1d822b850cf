package io.github.pgpubsub.internal.log.reading.simulation;

import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Fence;
import java.util.UUID;

/** A group's place, as a row. Immutable: an update makes a new one. */
record PlaceRow(Bound done, Bound upto, long lastId, long epoch, UUID owner, int timeline, long redeliveredId, long missed) {

    PlaceRow owned(long newEpoch, UUID newOwner, int newTimeline, long newRedeliveredId) {
        return new PlaceRow(done, upto, lastId, newEpoch, newOwner, newTimeline, newRedeliveredId, missed);
    }

    PlaceRow opened(Bound newUpto) {
        return new PlaceRow(done, newUpto, 0, epoch, owner, timeline, redeliveredId, missed);
    }

    PlaceRow moved(long newLastId) {
        return new PlaceRow(done, upto, newLastId, epoch, owner, timeline, redeliveredId, missed);
    }

    PlaceRow closed(Bound newDone) {
        return new PlaceRow(newDone, null, 0, epoch, owner, timeline, redeliveredId, missed);
    }

    PlaceRow released() {
        return new PlaceRow(done, upto, lastId, epoch, null, timeline, redeliveredId, missed);
    }

    PlaceRow missed(long count) {
        return new PlaceRow(done, upto, lastId, epoch, owner, timeline, redeliveredId, Math.max(0, count));
    }

    boolean isOf(Fence fence) {
        return epoch == fence.epoch() && fence.owner().equals(owner);
    }
}
