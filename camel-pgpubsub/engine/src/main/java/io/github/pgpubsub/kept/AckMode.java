package io.github.pgpubsub.kept;

/** When a group's place moves. Named as the option's values. */
public enum AckMode {
    /** A few times a second. */
    batch,
    /** With each message; messages that complete while an acknowledgement is under way share the next one. */
    message,
    /** In the message's own database transaction, so its effects in that database happen exactly once. Needs one thread. */
    transaction,
    /** As {@link #batch}, but a message is complete when {@link KeptMessage#acknowledge()} is called. */
    manual
}
