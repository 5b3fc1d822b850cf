package io.github.pgpubsub.internal.log.reading.simulation;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Place;
import io.github.pgpubsub.internal.log.reading.TakeAnswer;
import io.github.pgpubsub.internal.log.reading.Window;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** The statements about places. */
final class SimulatedPlaces {

    private static final Bound NOTHING = new Bound(Xids.NONE.print(), 0, 3);

    private final SimulatedServer server;
    private final SimulatedPages pages;
    private final Break broken;
    /** Places that a transaction has updated and not committed. */
    final Map<Integer, SimulatedServer.Tx> held = new HashMap<>();

    SimulatedPlaces(SimulatedServer server, SimulatedPages pages, Break broken) {
        this.server = server;
        this.pages = pages;
        this.broken = broken;
    }

    PlaceRow row(int group) {
        return server.places.get(group);
    }

    boolean isHeld(int group) {
        return held.containsKey(group) && !held.get(group).over;
    }

    TakeAnswer take(int group, UUID owner) {
        PlaceRow before = row(group);
        if (before == null) {
            return new TakeAnswer.Absent();
        }
        boolean other = before.timeline() != server.timeline && broken != Break.TIMELINE_UNSEEN;
        boolean unclean = before.owner() != null && before.upto() != null && broken != Break.OPEN_WINDOW_UNMARKED;
        long top = Math.max(server.sequence(), before.upto() == null ? before.done().maxId() : before.upto().maxId());
        long redelivered = Math.max(before.redeliveredId(), other ? top : unclean ? before.upto().maxId() : 0);
        PlaceRow after = before.owned(before.epoch() + 1, owner, server.timeline, redelivered);
        server.update(group, after);
        return new TakeAnswer.Taken(new Place(after.epoch(), before.owner(), after.done(), after.upto(), after.lastId(),
                isSame(before, Break.COMPLETE_ON_ANY_TIMELINE, Break.PARKED_ON_ANY_TIMELINE), redelivered, after.missed()));
    }

    /** @param earliest or from now on */
    void join(int group, boolean earliest, Xids now, long sequence, long redeliveredId) {
        if (row(group) == null) {
            SimulatedServer.Tx tx = server.begin();
            server.rollback(tx);
            Bound done = earliest ? NOTHING : new Bound(now.print(), sequence, tx.xid);
            server.join(group, new PlaceRow(done, null, 0, 0, null, server.timeline, redeliveredId, 0),
                    earliest ? Xids.NONE : now);
        }
    }

    /**
     * What became of the end of a window, and of the next one.
     *
     * @param closed if it was refused, nothing was opened
     */
    record Next(Outcome closed, OpenAnswer opened) {

        private Next(Outcome refusal) {
            this(refusal, new OpenAnswer.Refused(refusal));
        }
    }

    /**
     * Its three moments come from the caller, who lets others in between.
     *
     * @param seen the place in the snapshot, which tells why nothing was updated
     */
    OpenAnswer open(int group, Fence fence, Bound done, PlaceRow seen, Xids snapshot, long sequence, SimulatedServer.Tx tx) {
        PlaceRow place = row(group);
        Outcome outcome = check(place, fence, place != null && place.upto() == null && place.done().equals(done));
        if (place != null && (broken == Break.ACKNOWLEDGEMENT_WITHOUT_EPOCH || broken == Break.EPOCH_WITHOUT_OWNER)) {
            outcome = fenceOnly(place, fence);
        }
        if (outcome != Outcome.MOVED) {
            server.rollback(tx);
            Outcome told = check(seen, fence, seen != null && seen.upto() == null && seen.done().equals(done));
            return told == Outcome.MOVED ? new OpenAnswer.Empty(seen.missed()) : new OpenAnswer.Refused(told);
        }
        Bound upto = new Bound(pages.end(snapshot).print(), pages.maxId(sequence, done), tx.xid);
        if (pages.isEmpty(new Window(done, upto))) {
            server.rollback(tx);
            return new OpenAnswer.Empty(place.missed());
        }
        PlaceRow after = place.opened(upto);
        if (broken == Break.ACKNOWLEDGEMENT_WITHOUT_EPOCH || broken == Break.EPOCH_WITHOUT_OWNER) {
            after = new PlaceRow(done, upto, 0, place.epoch(), place.owner(), place.timeline(), place.redeliveredId(), 0);
        }
        server.update(tx, group, after);
        return new OpenAnswer.Opened(upto, place.missed());
    }

    /** Opens a window that ends where another place's window ends. Null: no place has that end. */
    OpenAnswer openUpTo(int group, Fence fence, Bound done, Bound end) {
        if (!has(end)) {
            return null;
        }
        PlaceRow place = row(group);
        Outcome outcome = check(place, fence, place != null && place.upto() == null && place.done().equals(done));
        if (outcome != Outcome.MOVED) {
            return new OpenAnswer.Refused(outcome);
        }
        server.update(group, place.opened(end));
        return new OpenAnswer.Opened(end, place.missed());
    }

    /** {@link #next} with such an end. */
    Next nextUpTo(int group, Fence fence, Acknowledgement whole, Bound end) {
        if (!has(end)) {
            return null;
        }
        PlaceRow place = row(group);
        Outcome outcome = check(place, fence, isThere(place, whole.upto()));
        if (outcome != Outcome.MOVED) {
            return new Next(outcome);
        }
        PlaceRow closed = place.missed(place.missed() - whole.missedTold()).closed(whole.upto());
        server.update(group, closed.opened(end));
        return new Next(Outcome.MOVED, new OpenAnswer.Opened(end, closed.missed()));
    }

    /** It is parked in the transaction that proves that the place is this owner's. */
    Outcome park(int group, Fence fence, Bound upto, LogRow failed, long lastId) {
        PlaceRow place = row(group);
        Outcome outcome = check(place, fence, isThere(place, upto));
        if (outcome == Outcome.MOVED) {
            server.park(group, place.moved(Math.max(place.lastId(), lastId)), failed, broken != Break.PARKED_NOT_DURABLE);
        }
        return outcome;
    }

    private boolean has(Bound end) {
        return broken == Break.SHARED_END_OF_ANOTHER_SERVER
                || server.places.values().stream().anyMatch(each -> end.equals(each.upto()) || end.equals(each.done()));
    }

    /** Acknowledges a whole window and opens the next one, if there is anything in it. Moments and {@code seen} as of {@link #open}. */
    Next next(int group, Fence fence, Acknowledgement whole, PlaceRow seen, Xids snapshot, long sequence, SimulatedServer.Tx tx) {
        PlaceRow place = row(group);
        Outcome outcome = check(place, fence, isThere(place, whole.upto()));
        Bound done = whole.upto();
        if (place != null && isBlind()) {
            outcome = fenceOnly(place, fence);
        } else if (place != null && broken == Break.NEXT_FENCED_BY_ITS_SNAPSHOT) {
            outcome = check(seen, fence, seen != null && Objects.equals(seen.upto(), whole.upto()));
        } else if (place != null && broken == Break.NEXT_RUN_AGAIN) {
            outcome = check(place, fence, place.upto() != null);
            done = place.upto();
        }
        if (outcome != Outcome.MOVED) {
            server.rollback(tx);
            Outcome told = check(seen, fence, false);
            return new Next(told);
        }
        Bound upto = new Bound(pages.end(snapshot).print(), pages.maxId(sequence, done), tx.xid);
        boolean found = !pages.isEmpty(new Window(done, upto));
        PlaceRow closed = place.missed(place.missed() - whole.missedTold()).closed(done);
        server.update(tx, group, found ? closed.opened(upto) : closed);
        return new Next(Outcome.MOVED,
                found ? new OpenAnswer.Opened(upto, closed.missed()) : new OpenAnswer.Empty(closed.missed()));
    }

    Outcome acknowledge(int group, Fence fence, Acknowledgement wanted) {
        PlaceRow place = row(group);
        Outcome outcome = check(place, fence, isThere(place, wanted.upto()));
        if (place != null && isBlind()) {
            outcome = fenceOnly(place, fence);
        }
        if (outcome != Outcome.MOVED) {
            return outcome;
        }
        PlaceRow after = place.missed(place.missed() - wanted.missedTold());
        if (wanted.upto() != null) {
            after = wanted.whole() ? after.closed(wanted.upto()) : after.moved(lastId(place, wanted));
        }
        server.acknowledge(group, wanted.release() ? after.released() : after);
        return Outcome.MOVED;
    }

    /** The window is open, and no new primary has come since step 0. */
    boolean isThere(PlaceRow place, Bound upto) {
        return place != null && Objects.equals(place.upto(), upto)
                && isSame(place, Break.ACKNOWLEDGEMENT_ON_ANY_TIMELINE, Break.ACKNOWLEDGEMENT_OVER_PARKED);
    }

    private boolean isSame(PlaceRow place, Break... unseen) {
        return place.timeline() == server.timeline || List.of(unseen).contains(broken);
    }

    private long lastId(PlaceRow place, Acknowledgement wanted) {
        return broken == Break.LAST_ID_GOES_BACK ? wanted.lastId() : Math.max(place.lastId(), wanted.lastId());
    }

    private boolean isBlind() {
        return broken == Break.ACKNOWLEDGEMENT_WITHOUT_EPOCH || broken == Break.EPOCH_WITHOUT_OWNER
                || broken == Break.WINDOW_NOT_NAMED;
    }

    private Outcome fenceOnly(PlaceRow place, Fence fence) {
        boolean passes = switch (broken) {
            case ACKNOWLEDGEMENT_WITHOUT_EPOCH -> true;
            case EPOCH_WITHOUT_OWNER -> place.epoch() == fence.epoch();
            default -> place.isOf(fence);
        };
        return passes ? Outcome.MOVED : Outcome.DEPOSED;
    }

    private static Outcome check(PlaceRow place, Fence fence, boolean there) {
        if (place == null) {
            return Outcome.GONE;
        }
        return !place.isOf(fence) ? Outcome.DEPOSED : there ? Outcome.MOVED : Outcome.DIFFERS;
    }

    /** An exchange's transaction, which has looked at the place and holds it from its last statement on. Null: refused. */
    SimulatedServer.Tx hold(int group, Fence fence, Bound upto) {
        PlaceRow place = row(group);
        boolean there = place != null && Objects.equals(place.upto(), upto)
                && isSame(place, Break.EXCHANGE_ON_ANY_TIMELINE, Break.EXCHANGE_OVER_PARKED);
        if (check(place, fence, there) != Outcome.MOVED && broken != Break.EXCHANGE_WITHOUT_FENCE) {
            return null;
        }
        if (place == null || isHeld(group)) {
            return null;
        }
        SimulatedServer.Tx tx = server.begin();
        held.put(group, tx);
        return tx;
    }

    /** Effects and the move of the place. What the place says is complete has its effects. False: it was ended. */
    boolean commit(int group, SimulatedServer.Tx tx, List<LogRow> batch) {
        if (tx.over) {
            return false;
        }
        held.remove(group, tx);
        PlaceRow place = row(group);
        List<LogRow> open = batch.stream().filter(each -> place.lastId() < each.id || broken == Break.EXCHANGE_WITHOUT_FENCE)
                .toList();
        PlaceRow moved = place.moved(Math.max(place.lastId(), batch.get(batch.size() - 1).id));
        server.update(tx, group, moved, open, broken != Break.EXCHANGE_NOT_DURABLE);
        return true;
    }

    void endBlocker(int group) {
        SimulatedServer.Tx tx = held.remove(group);
        if (tx != null && !tx.over) {
            server.rollback(tx);
        }
    }
}
