package io.github.pgpubsub.internal.log.reading;

/** When a group's place moves. */
public enum AckMode {
    /** A few times a second, and at the end of each window. */
    BATCH,
    /** With each message; while an acknowledgement is under way, one more waits for all that complete meanwhile. */
    MESSAGE,
    /** In the exchange's own transaction; the reader closes windows only. */
    TRANSACTION,
    /** As {@link #BATCH}, but a message is complete when the route says so. */
    MANUAL
}
