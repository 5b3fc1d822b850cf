package io.github.pgpubsub.internal.work;

/** What a {@link Crew} does, piece by piece. */
@FunctionalInterface
public interface Work {

    /**
     * Takes a piece and finishes it. Does not wait for a piece; finishing it may take as long as it likes. If it throws, which is logged, it
     * is called again after a pause.
     *
     * @return whether to call again; false: there is nothing to take
     */
    boolean next();
}
