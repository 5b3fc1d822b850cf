package io.github.pgpubsub.internal.log.reading;

/**
 * Asks for the next rows of a window, in order of id.
 *
 * @param part  which of the two queries
 * @param after the id before the first row
 * @param last  the highest id
 * @param rows  at most so many, at least 1
 * @param bytes at most so many in all, but always one row
 */
public record PageRequest(Window window, Part part, long after, long last, int rows, long bytes) {

    /** The two queries that cover a window. */
    public enum Part {
        /** By xid: those of {@code xip(done)} and {@code [xmax(done), done.xid()]} which {@code upto} sees. */
        STRAGGLERS,
        /** By id: {@code [xmax(done), xmax(upto))} and {@code xip(done)}, which {@code upto} sees. */
        REST
    }
}
