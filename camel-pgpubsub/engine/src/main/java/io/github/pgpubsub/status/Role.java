package io.github.pgpubsub.status;

/** What a member is in its group; see the package's picture. */
public enum Role {
    /** Without a stream. */
    DISCONNECTED,
    /** Waits for the standby's place and listens to nothing. */
    COLD,
    /** Holds the standby's place and keeps what the leader has not reported done. */
    STANDBY,
    /** Holds the leader's lock and waits for its own take-over message to come by. */
    TAKING_OVER,
    /** Takes messages in. */
    LEADER,
    /** Takes in nothing more and finishes what has begun. */
    RESIGNING,
    /** Has left in an orderly way. It may take part again later, as if it were new. */
    STOPPED
}
