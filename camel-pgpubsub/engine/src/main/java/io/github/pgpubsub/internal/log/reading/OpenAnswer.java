package io.github.pgpubsub.internal.log.reading;

/** The answer to {@link Effects#open}. */
public sealed interface OpenAnswer {

    /**
     * A window is open, and it is not empty, unless it ends where another reader's window ends.
     *
     * @param missed messages given up unread of which the group has not been told
     */
    record Opened(Bound upto, long missed) implements OpenAnswer {}

    /**
     * There is nothing to read, and nothing was written.
     *
     * @param missed as above: what was unread may have been given up meanwhile
     */
    record Empty(long missed) implements OpenAnswer {}

    /** The place did not move. */
    record Refused(Outcome outcome) implements OpenAnswer {}
}
