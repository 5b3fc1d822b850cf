package io.github.pgpubsub.internal.publish;

/** What has become of a message that was put into the {@link PublishQueue}. */
enum Admission {
    TAKEN,
    /** It is the only one, and the publisher's thread is idle: the caller commits it, and then calls {@link PublishQueue#stopLeading}. */
    LEADS,
    /** There was no room until the deadline. */
    FULL, CLOSED
}
