package io.github.pgpubsub;

/** What happens when a subscription's queue is full. The constants are spelled as in the component's URIs. */
public enum Overflow {

    /** The session stops reading until there is room: all of its channels wait, nothing is lost. */
    block,

    /** The oldest waiting message is dropped. */
    dropOldest,

    /** The arriving message is dropped. */
    dropNewest
}
