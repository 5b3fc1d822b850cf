package io.github.pgpubsub.internal.log.reading;

/** The answer to {@link Effects#take}. */
public sealed interface TakeAnswer {

    /** The place has the new owner. */
    record Taken(Place place) implements TakeAnswer {}

    /** The group has no place. */
    record Absent() implements TakeAnswer {}

    /**
     * Another transaction holds the place.
     *
     * @param by says which
     */
    record Blocked(String by) implements TakeAnswer {}
}
