package io.github.pgpubsub.internal.work;

/** What a {@link Crew} does, piece by piece. */
@FunctionalInterface
public interface Work {

    /**
     * Takes a piece and finishes it. Does not wait for a piece; finishing it may take as long as it likes.
     *
     * @return whether to call again; false: there is nothing to take
     */
    boolean next();
}
