package io.github.pgpubsub.internal.election;

/** The advisory locks of a group. */
public enum Lock {
    /** Held by the leader. */
    LEADER,
    /** Held by the standby. */
    STANDBY,
    /** Held in shared mode by every member that has not seen a leader yet. */
    PRESENCE,
    /**
     * Held in shared mode, instead of {@link #PRESENCE}, by every member that has seen a leader. It tells a new member that becomes
     * leader that the group had a leader before, so messages may have been missed.
     */
    WITNESS
}
