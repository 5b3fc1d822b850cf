package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.MessageId;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The names of messages: each consists of the last leader's marker before the message, and the message's number after it. Names are
 * computed when they are needed, because a standby learns of some markers late.
 */
final class Names {

    /** From position {@code from} on, messages are named by this marker; the first one gets the number {@code count + 1}. */
    record Anchor(long from, String epoch, long marker, long count) {

        /** The anchor of the same names at a later position. */
        Anchor at(long place) {
            return new Anchor(place, epoch, marker, count + place - from);
        }
    }

    /** Ordered by position; of two at the same position the later one counts. */
    private final ArrayDeque<Anchor> anchors = new ArrayDeque<>();
    /** The last of them, which names nearly all messages; null: there is none. */
    private @Nullable Anchor last;

    void clear() {
        anchors.clear();
        last = null;
    }

    /** Adds a marker, whose position may be before those of known markers. */
    void mark(long from, String epoch, long marker) {
        ArrayDeque<Anchor> later = new ArrayDeque<>();
        while (!anchors.isEmpty() && anchors.peekLast().from > from) {
            later.push(anchors.removeLast());
        }
        anchors.add(new Anchor(from, epoch, marker, 0));
        anchors.addAll(later);
        last = anchors.peekLast();
    }

    /** Sets the names from this position on, up to the first known marker. */
    void begin(long from, String epoch, long marker, long count) {
        if (anchors.isEmpty() || anchors.peek().from > from) {
            anchors.addFirst(new Anchor(from, epoch, marker, count));
            last = anchors.peekLast();
        }
    }

    /** The anchor at this position; null: no marker before it. */
    @Nullable
    Anchor at(long place) {
        Anchor before = null;
        for (Anchor anchor : anchors) {
            if (anchor.from > place) {
                break;
            }
            before = anchor;
        }
        return before == null ? null : before.at(place);
    }

    /** The name of the message at this position; null: no marker before it. */
    @Nullable
    MessageId of(long place) {
        Anchor anchor = last;
        if (anchor == null || anchor.from > place) {
            anchor = at(place);
        }
        return anchor == null ? null : new MessageId(anchor.epoch, anchor.marker, anchor.count + place + 1 - anchor.from);
    }

    /** Number of markers that are remembered. */
    int size() {
        return anchors.size();
    }

    /** Forgets the markers that are not needed to name this position and later ones. */
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
