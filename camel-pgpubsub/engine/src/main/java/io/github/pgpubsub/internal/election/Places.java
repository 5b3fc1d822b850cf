package io.github.pgpubsub.internal.election;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Control messages that came by, with how many data messages this member had counted before each. */
final class Places {

    /**
     * Where a control message lies.
     *
     * @param order  tells which came first of two with no data between them
     * @param before data messages before it
     */
    record Place(long order, String token, long before) {}

    private final ArrayDeque<Place> places = new ArrayDeque<>();
    private long order;

    /** A control message comes by; whether it will be needed may turn out later. */
    Place note(String token, long before) {
        return new Place(order++, token, before);
    }

    /** Keeps it, in its order: all members need the same, for a place has the name of the last message before it. */
    void add(Place noted) {
        Deque<Place> later = new ArrayDeque<>();
        while (!places.isEmpty() && places.peekLast().order > noted.order) {
            later.push(places.removeLast());
        }
        places.add(noted);
        places.addAll(later);
    }

    /** Where a reference of another member points to here; -1: this member has not seen it. */
    long find(Reference reference) {
        for (Place place : places) {
            if (place.token.equals(reference.token())) {
                return place.before + reference.count();
            }
        }
        return -1;
    }

    /** How to name a place to others; null: no control message lies before it. */
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

    /** Another member has named a place by this message, which is known here, and will name no later one by an earlier one. */
    void forgetBefore(Reference reference) {
        while (!places.peek().token.equals(reference.token())) {
            places.remove();
        }
    }

    /** Forgets what is not needed to name this place or a later one. */
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
