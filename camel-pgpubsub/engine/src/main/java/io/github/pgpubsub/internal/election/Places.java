package io.github.pgpubsub.internal.election;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Positions of control messages: each with the number of data messages that this member had counted before it. */
final class Places {

    /**
     * The position of a control message.
     *
     * @param order  tells the order of two control messages with no data message between them
     * @param before data messages before it
     */
    record Place(long order, String token, long before) {}

    private final ArrayDeque<Place> places = new ArrayDeque<>();
    private long order;

    /** The position of a control message that arrives now. {@link #add} keeps it, if it turns out to be needed. */
    Place note(String token, long before) {
        return new Place(order++, token, before);
    }

    /** Keeps a position, in order: all members must keep the same ones, because a position is named by the last one before it. */
    void add(Place noted) {
        Deque<Place> later = new ArrayDeque<>();
        while (!places.isEmpty() && places.peekLast().order > noted.order) {
            later.push(places.removeLast());
        }
        places.add(noted);
        places.addAll(later);
    }

    /** The position of another member's reference; -1: this member has not seen it. */
    long find(Reference reference) {
        for (Place place : places) {
            if (place.token.equals(reference.token())) {
                return place.before + reference.count();
            }
        }
        return -1;
    }

    /** The reference that names a position to others; null: no control message before it. */
    @Nullable
    Reference name(long place) {
        Reference last = null;
        for (Place each : places) {
            if (each.before > place) {
                break;
            }
            last = new Reference(each.token, place - each.before);
        }
        return last;
    }

    /** Forgets what precedes a known reference of another member, which will not refer to anything earlier again. */
    void forgetBefore(Reference reference) {
        while (!places.peek().token.equals(reference.token())) {
            places.remove();
        }
    }

    /** Forgets what is not needed to name this position or a later one. */
    void forgetBefore(long place) {
        Iterator<Place> all = places.iterator();
        Place last = null;
        while (all.hasNext()) {
            Place next = all.next();
            if (next.before > place) {
                break;
            }
            last = next;
        }
        while (last != null && !last.equals(places.peek())) {
            places.remove();
        }
    }

    void clear() {
        places.clear();
    }
}
