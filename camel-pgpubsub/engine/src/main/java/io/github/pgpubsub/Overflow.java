package io.github.pgpubsub;

/** What happens when a subscription's queue is full. Named as users of the component write it. */
public enum Overflow {

    /** The session reads no more until there is room: every channel on it waits, nothing is lost. */
    block,

    /** The message that has waited longest makes room. */
    dropOldest,

    /** What arrives is left out. */
    dropNewest
}
