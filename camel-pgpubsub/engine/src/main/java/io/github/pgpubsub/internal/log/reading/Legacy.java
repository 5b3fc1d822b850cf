package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.AckMode;
import org.jspecify.annotations.Nullable;

/** What one term of a reader leaves to the next one. Not thread-safe. */
final class Legacy<M> {

    private final InHand<M> hand;
    private final AckMode ackMode;
    /** Of the term that ended last; null: it had no window open. */
    private @Nullable Remnant remnant;
    /** The group has had a place since this reader began. */
    private boolean knowsPlace;
    /** The group is to be told that messages may have been missed. */
    private boolean gapDue;

    /** @param hand the messages that the last term has handed out */
    Legacy(InHand<M> hand, AckMode ackMode) {
        this.hand = hand;
        this.ackMode = ackMode;
    }

    boolean hasRemnant() {
        return remnant != null;
    }

    /** The group has a place, whoever leads. */
    void foundPlace() {
        knowsPlace = true;
    }

    /** A term ends. */
    void leave(@Nullable Remnant left, boolean gapUntold) {
        remnant = left;
        gapDue |= gapUntold;
    }

    /** A term begins at this place. Returns the place, with what the last term had completed since. */
    Place takeOver(Place found) {
        knowsPlace = true;
        Place place = remnant != null && remnant.fits(found) ? remnant.applyTo(found, complete(found)) : found;
        remnant = null;
        return place;
    }

    /** After a fail-over, the new primary may lack effects that were committed with the place, and parked messages: only its place counts. */
    private long complete(Place found) {
        if (found.sameTimeline()) {
            return hand.watermark();
        }
        return ackMode == AckMode.transaction ? 0 : hand.watermarkWithoutParked();
    }

    /** Whether a gap is to be told; then the caller does. */
    boolean takeGap() {
        boolean due = gapDue;
        gapDue = false;
        return due;
    }

    /** The group has no place. True: it had one, and was removed; so messages may have been missed. */
    boolean isWithoutPlace() {
        gapDue |= knowsPlace;
        return knowsPlace;
    }
}
