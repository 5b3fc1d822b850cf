package io.github.pgpubsub.history;

/** A test's action on a member, or on the server and so on all members. */
public enum What {
    /** The member is about to start. */
    STARTING,
    /** The member's start has returned. */
    STARTED,
    /** The member is asked to stop in an orderly way. */
    STOPPING,
    /** The member has stopped in an orderly way. */
    STOPPED,
    /** SIGKILL follows. */
    KILLING,
    /** SIGSTOP follows. */
    FREEZING,
    /** SIGCONT follows. */
    THAWING,
    /** The member's connection is about to be ended, cut or stalled, or the server is about to stop. */
    DISTURBING,
    /** The disturbance is over: the member can connect again. */
    SETTLED
}
