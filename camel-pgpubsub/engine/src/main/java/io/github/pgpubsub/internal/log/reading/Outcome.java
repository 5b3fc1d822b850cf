package io.github.pgpubsub.internal.log.reading;

/** What became of an update of the place. */
public enum Outcome {
    /** It is done. */
    MOVED,
    /**
     * Epoch and owner are this reader's, but the place is not where it left it: behind a pooler the server was replaced by one
     * that lacks the last updates. Step 0 again.
     */
    DIFFERS,
    /** Another owner: deliver nothing more. */
    DEPOSED,
    /** There is no such group any more: it was removed. */
    GONE
}
