package io.github.pgpubsub.history;

/** What a test does to a member, or to the server and so to all. */
public enum What {
    /** It is about to start. */
    STARTING,
    /** Its start has returned. */
    STARTED,
    /** It is asked to stop in an orderly way. */
    STOPPING,
    /** It has stopped in an orderly way. */
    STOPPED,
    /** SIGKILL follows. */
    KILLING,
    /** SIGSTOP follows. */
    FREEZING,
    /** SIGCONT follows. */
    THAWING,
    /** Its connection is about to be ended, cut or stalled, or the server is about to stop. */
    DISTURBING,
    /** The disturbance is over: it can connect again. */
    SETTLED
}
