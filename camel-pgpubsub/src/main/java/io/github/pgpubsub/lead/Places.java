package io.github.pgpubsub.lead;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Control messages that came by, with how many data messages this member had counted before each. */
final class Places {

    private record Place(String token, long before) {}

    private final ArrayDeque<Place> places = new ArrayDeque<>();

    void add(String token, long before) {
        places.add(new Place(token, before));
    }

    /** As {@link #add}, for a message that came by a while ago. */
    void addLate(String token, long before) {
        Deque<Place> later = new ArrayDeque<>();
        while (!places.isEmpty() && places.peekLast().before > before) {
            later.push(places.removeLast());
        }
        places.add(new Place(token, before));
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
        while (last != null && places.peek() != last) {
            places.remove();
        }
    }

    void clear() {
        places.clear();
    }
}
