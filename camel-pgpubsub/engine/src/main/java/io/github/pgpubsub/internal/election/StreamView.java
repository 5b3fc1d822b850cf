package io.github.pgpubsub.internal.election;

import org.jspecify.annotations.Nullable;

/** The stream as seen by one member: counts data messages, names them by the leader's markers, and knows positions. */
final class StreamView<M> {

    final Places places = new Places();
    final Names names = new Names();
    private long place;
    /** Null: no leader's marker has arrived yet. */
    private @Nullable String epoch;
    private long lastMarker;

    /** A new stream begins; positions of the former one mean nothing in it. */
    void begin() {
        places.clear();
        names.clear();
        epoch = null;
    }

    /** The current position: data messages counted so far. */
    long place() {
        return place;
    }

    /** The term of the last leader's marker. Called only after a marker has arrived. */
    String epoch() {
        assert epoch != null;
        return epoch;
    }

    /** The entry of a message that arrives now. Without a name if a standby may learn it later only, see {@link #named}. */
    Entry<M> next(M message, boolean named) {
        long at = place++;
        return Entry.message(at, message, named ? names.of(at) : null);
    }

    /** The entry with its name; a name that it already has stays. */
    Entry<M> named(Entry<M> entry) {
        return entry.gap() != null || entry.id() != null ? entry : entry.named(names.of(entry.place()));
    }

    /** A leader's marker arrives. Every member counts from it, so every member gives the same names. */
    void mark(ControlMessage message) {
        mark(message, note(message));
    }

    /** The position of a control message that arrives now. */
    Places.Place note(ControlMessage message) {
        return places.note(message.token(), place);
    }

    /** As {@link #mark(ControlMessage)}, for a marker that arrived at an earlier position. */
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
