package io.github.pgpubsub.internal.election;

import org.jspecify.annotations.Nullable;

/** The stream as one member sees it: counts data messages, names them by the leader's markers, and knows places. */
final class StreamView<M> {

    final Places places = new Places();
    final Names names = new Names();
    private long place;
    /** Null: no leader's marker has come by yet. */
    private @Nullable String epoch;
    private long lastMarker;

    /** A new stream: what is counted from here on has nothing to do with places of before. */
    void begin() {
        places.clear();
        names.clear();
        epoch = null;
    }

    /** Data messages counted so far. */
    long place() {
        return place;
    }

    /** The term of the last leader's marker. One has come by: a leader's own, where it leads. */
    String epoch() {
        assert epoch != null;
        return epoch;
    }

    /** A message comes by: with its name, or without it where that may turn out later, see {@link #named}. */
    Entry<M> next(M message, boolean named) {
        long at = place++;
        return Entry.message(at, message, named ? names.of(at) : null);
    }

    /** The entry with its name. A name, once given, stays. */
    Entry<M> named(Entry<M> entry) {
        return entry.gap() != null || entry.id() != null ? entry : entry.named(names.of(entry.place()));
    }

    /** A leader's control message comes by. Every member counts from here, so every member gives the same names. */
    void mark(ControlMessage message) {
        mark(message, note(message));
    }

    /** A control message comes by that is to be looked into. */
    Places.Place note(ControlMessage message) {
        return places.note(message.token(), place);
    }

    /** As {@link #mark(ControlMessage)}, for one that came by there. What came since was named by an earlier marker. */
    void mark(ControlMessage message, Places.Place noted) {
        String named = message.text("epoch");
        epoch = named;
        names.mark(noted.before(), named, message.number("n"));
        lastMarker = noted.before();
        places.add(noted);
    }

    long sinceMarker() {
        return place - lastMarker;
    }
}
