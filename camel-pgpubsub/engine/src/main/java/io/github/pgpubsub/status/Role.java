package io.github.pgpubsub.status;

/** The role of a member in its group. */
public enum Role {
    /** Has no connection. */
    DISCONNECTED,
    /** Tries to become the standby, and does not listen. */
    COLD,
    /** Holds the standby's lock, and keeps the messages that the leader has not reported done. */
    STANDBY,
    /** Holds the leader's lock, and waits until its own take-over message arrives in the stream. */
    TAKING_OVER,
    /** Receives messages. */
    LEADER,
    /** Begins no further messages, and finishes the ones it has begun or has to finish. */
    RESIGNING,
    /** Has left in an orderly way. May join again later, like a new member. */
    STOPPED
}
