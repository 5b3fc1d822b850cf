package io.github.pgpubsub.history;

/** Checks whether a run kept one promise of {@code docs/guarantees.md}. */
interface Rule {

    /** The promise in words. */
    String sentence();

    void judge(Run run, Findings findings);
}
