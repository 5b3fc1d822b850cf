package io.github.pgpubsub.internal.election.simulation;

/** Ways to break the protocol, one rule each, to see that the simulation finds it. */
public enum Break {
    NONE,
    /** A new leader does not wait until its take-over message comes by. */
    NO_TAKEOVER_MARKER,
    /** A leader reports what has begun instead of what is complete. */
    PROGRESS_AT_START,
    /** A standby believes itself in step after any marker. */
    IN_STEP_AFTER_ANY_MARKER,
    /** Consumers begin messages although the lease has run out. */
    NO_LEASE,
    /** A session that has not read all there is takes its connection for whole. */
    PULSE_WITHOUT_PROOF,
    /** What has not begun is thrown away when the leader resigns without an heir. */
    QUEUE_THROWN_AWAY,
    /** Control messages count whoever sent them. */
    ANY_SENDER,
    /** Whoever listens takes any lock that it got for the leader's. */
    ANY_LOCK_LEADS,
    /** A gap counts as a first one where this member has not led. */
    FIRST_GAP_IF_NEVER_LED,
    /** A leader does not tell a standby how it names messages. */
    NAMES_UNTOLD,
    /** A standby that stops just goes. */
    STANDBY_JUST_LEAVES,
    /** Whoever comes back takes the loss for a restart of the server, a moment ago. */
    ALWAYS_RESTARTED
}
