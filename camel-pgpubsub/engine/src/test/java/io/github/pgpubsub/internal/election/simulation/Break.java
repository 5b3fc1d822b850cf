package io.github.pgpubsub.internal.election.simulation;

/** Ways to break the protocol, each in one rule, to check that the simulation finds them. */
public enum Break {
    NONE,
    /** A new leader does not wait until its take-over message arrives in the stream. */
    NO_TAKEOVER_MARKER,
    /** A leader reports begun messages instead of complete ones. */
    PROGRESS_AT_START,
    /** A standby takes itself to be in step after any marker. */
    IN_STEP_AFTER_ANY_MARKER,
    /** Consumers begin messages although the lease has expired. */
    NO_LEASE,
    /** A session that has not read everything received takes its connection to be working. */
    PULSE_WITHOUT_PROOF,
    /** A leader that resigns without an heir discards the messages that have not begun. */
    QUEUE_THROWN_AWAY,
    /** Control messages of any sender count. */
    ANY_SENDER,
    /** A listening member takes any lock that it got for the leader's. */
    ANY_LOCK_LEADS,
    /** A gap counts as a first gap if this member has not led. */
    FIRST_GAP_IF_NEVER_LED,
    /** A leader does not tell a standby the ids of messages. */
    NAMES_UNTOLD,
    /** A standby that stops leaves at once. */
    STANDBY_JUST_LEAVES,
    /** A returning member takes the loss for a recent restart of the server. */
    ALWAYS_RESTARTED
}
