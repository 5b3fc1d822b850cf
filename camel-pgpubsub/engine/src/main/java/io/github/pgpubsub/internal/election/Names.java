package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.MessageId;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What messages are called: each by the leader's last marker before it and its count after that. Names are made when they are
 * needed, because a standby learns of some markers late.
 */
final class Names {

    /** From this place on messages are named by that marker, the first one by count + 1. */
    record Anchor(long from, String epoch, long marker, long count) {

        /** The same names, told from a later place on. */
        Anchor at(long place) {
            return new Anchor(place, epoch, marker, count + place - from);
        }
    }

    /** In the order of their places; of two at the same place the later one counts. */
    private final ArrayDeque<Anchor> anchors = new ArrayDeque<>();

    void clear() {
        anchors.clear();
    }

    /** A marker comes by, or has come by at an earlier place than some that are known. */
    void mark(long from, String epoch, long marker) {
        ArrayDeque<Anchor> later = new ArrayDeque<>();
        while (!anchors.isEmpty() && anchors.peekLast().from > from) {
            later.push(anchors.removeLast());
        }
        anchors.add(new Anchor(from, epoch, marker, 0));
        anchors.addAll(later);
    }

    /** How messages from this place on are named, unless they have a name already. */
    void begin(long from, String epoch, long marker, long count) {
        if (anchors.isEmpty() || anchors.peek().from > from) {
            anchors.addFirst(new Anchor(from, epoch, marker, count));
        }
    }

    /** How a message at this place is named; null: no marker lies before it. */
    @Nullable
    Anchor at(long place) {
        Anchor last = null;
        for (Anchor anchor : anchors) {
            if (anchor.from > place) {
                break;
            }
            last = anchor;
        }
        return last == null ? null : last.at(place);
    }

    /** The name of the message at this place; null: no marker lies before it. */
    @Nullable
    MessageId of(long place) {
        Anchor anchor = anchors.peekLast();
        if (anchor == null || anchor.from > place) {
            anchor = at(place);
        }
        return anchor == null ? null : new MessageId(anchor.epoch, anchor.marker, anchor.count + place + 1 - anchor.from);
    }

    /** Forgets what is not needed for this place and later ones. */
    void forgetBefore(long place) {
        while (anchors.size() > 1) {
            Anchor first = anchors.remove();
            if (anchors.peek().from > place) {
                anchors.addFirst(first);
                return;
            }
        }
    }
}
