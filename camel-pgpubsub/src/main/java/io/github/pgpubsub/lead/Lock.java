package io.github.pgpubsub.lead;

/** The advisory locks of a group. */
public enum Lock {
    /** Held by the one who leads. */
    LEADER,
    /** Held by the one who stands by. */
    STANDBY,
    /** Held shared by every member, so that a leader that stops knows whether anybody could follow. */
    PRESENCE
}
