package io.github.pgpubsub.history;

/** A sentence of {@code docs/guarantees.md}, and whether a run kept it. */
interface Rule {

    /** The words that are judged. */
    String sentence();

    void judge(Run run, Findings findings);
}
