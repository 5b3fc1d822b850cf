package io.github.pgpubsub.internal.election;

/** The advisory locks of a group. */
public enum Lock {
    /** Held by the one who leads. */
    LEADER,
    /** Held by the one who stands by. */
    STANDBY,
    /** Held shared by every member that has not seen anybody lead yet. */
    PRESENCE,
    /**
     * Held shared, in place of {@link #PRESENCE}, by every member that has seen somebody lead. A newcomer that gets the lead
     * learns by it that the group had a leader before, so that messages may have been missed.
     */
    WITNESS
}
