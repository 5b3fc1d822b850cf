package io.github.pgpubsub.internal.log.reading;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What is handed out, in order, from the first that is not complete; so it knows up to which id all are complete, in whatever
 * order they complete.
 */
final class InHand<M> {

    private final Deque<Delivery<M>> deliveries = new ArrayDeque<>();
    private long bytes;
    private long watermark;
    /** The lowest id of this window that was parked. */
    private long firstParked = Long.MAX_VALUE;
    private long missedTold;

    /** A new leadership: what an earlier one has handed out counts no more. */
    void clear() {
        deliveries.forEach(each -> each.state = Delivery.State.COMPLETE);
        deliveries.clear();
        bytes = 0;
        // A gap whose acknowledgement is not known to be stored is told again.
        missedTold = 0;
    }

    /** A window is opened, or taken over. Up to this id it is complete. */
    void window(long lastId) {
        watermark = lastId;
        firstParked = Long.MAX_VALUE;
    }

    void add(Delivery<M> delivery) {
        assert deliveries.isEmpty() || deliveries.getLast().ordinal < delivery.ordinal;
        deliveries.add(delivery);
        bytes += delivery.bytes();
    }

    /** False: it was complete, or counts no more. */
    boolean complete(Delivery<M> delivery) {
        if (delivery.state == Delivery.State.COMPLETE) {
            return false;
        }
        delivery.state = Delivery.State.COMPLETE;
        while (!deliveries.isEmpty() && deliveries.getFirst().state == Delivery.State.COMPLETE) {
            Delivery<M> first = deliveries.remove();
            bytes -= first.bytes();
            missedTold += first.missed();
            watermark = Math.max(watermark, first.id());
        }
        return true;
    }

    /** It is complete in the database: a server that was put in another's place may lack it. */
    void parked(Delivery<M> delivery) {
        firstParked = Math.min(firstParked, delivery.id());
        complete(delivery);
    }

    /** These have not begun, and do not begin for the moment. */
    void takeBack(List<Delivery<M>> withdrawn) {
        withdrawn.forEach(each -> each.state = Delivery.State.BACK);
    }

    /** All messages of the window with an id up to this one are complete. */
    long watermark() {
        return watermark;
    }

    /** The same, but for what is complete in the database only, and what comes after it. */
    long watermarkWithoutParked() {
        return Math.min(watermark, firstParked - 1);
    }

    /** Messages given up unread that the group has been told of. They are counted anew from here. */
    long takeMissedTold() {
        long told = missedTold;
        missedTold = 0;
        return told;
    }

    /** The same, with those of which it is being told. */
    long missedHandedOut() {
        return missedTold + deliveries.stream().mapToLong(Delivery::missed).sum();
    }

    /** What was taken by {@link #takeMissedTold} was not stored. */
    void putBackMissedTold(long told) {
        missedTold += told;
    }

    boolean isEmpty() {
        return deliveries.isEmpty();
    }

    boolean isFirst(Delivery<M> delivery) {
        return deliveries.peek() == delivery;
    }

    int size() {
        return deliveries.size();
    }

    long bytes() {
        return bytes;
    }

    /** Whether nothing is with the workers. */
    boolean isIdle() {
        return deliveries.stream().noneMatch(each -> each.state == Delivery.State.OUT);
    }

    /** The highest id that a worker may have begun. Asked after the rest was taken back. */
    long begunUpTo() {
        return deliveries.stream().filter(Delivery::mayHaveBegun).mapToLong(Delivery::id).reduce(watermark, Math::max);
    }
}
