package io.github.pgpubsub.lead;

/** The stream as one member sees it: counts data messages, names them by the leader's markers, and knows places. */
final class StreamView<M> {

    final Places places = new Places();
    private long place;
    private String epoch;
    private long marker;
    private long count;
    private long lastMarker;

    /** A new stream: what is counted from here on has nothing to do with places of before. */
    void begin() {
        places.clear();
        epoch = null;
    }

    /** Data messages counted so far. */
    long place() {
        return place;
    }

    /** Null: no leader's marker has come by yet. */
    String epoch() {
        return epoch;
    }

    Entry<M> next(M message) {
        return Entry.message(place++, message, epoch == null ? null : new MessageId(epoch, marker, ++count));
    }

    /** A leader's control message comes by. Every member counts from here, so every member gives the same names. */
    void mark(ControlMessage message) {
        epoch = message.text("epoch");
        marker = message.number("n");
        count = 0;
        lastMarker = place;
        places.add(message.token(), place);
    }

    long sinceMarker() {
        return place - lastMarker;
    }
}
