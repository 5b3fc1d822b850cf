package io.github.pgpubsub.kept;

/** What becomes of a message whose handling failed. Named as the option's values. */
public enum OnError {
    /** It counts as complete. */
    skip,
    /** It is delivered again after a pause, and the group waits for it; after {@link KeptOptions#retryLimit()} attempts it is parked. */
    retry,
    /** It is kept apart with its error, and the group goes on. */
    park
}
