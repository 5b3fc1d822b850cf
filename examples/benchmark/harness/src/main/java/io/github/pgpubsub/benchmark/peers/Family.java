package io.github.pgpubsub.benchmark.peers;

/** What participants do, and with whom they are compared. */
public enum Family {
    /** Notifications: what is sent while nobody listens is gone. */
    NOTIFICATIONS,
    /** Notifications into a route: this component alone, and its limits. */
    ROUTES,
    /** Programs with very many channels: this component, and its limits. */
    MANY,
    /** Messages that are kept while nobody listens. */
    KEPT,
    /** This component alone, with one or many messages to an exchange. */
    BATCHES,
    /** This component alone, with one or more shards of a group of kept messages. */
    SHARDS,
    /** This component alone, with one or more members of a group that has shards, into a slow route. */
    MEMBERS;

    /** Whether it is about plain channels. */
    public boolean isPlain() {
        return this == NOTIFICATIONS || this == ROUTES || this == MANY;
    }

    /** Whether the log of kept messages is needed. */
    public boolean needsLog() {
        return !isPlain();
    }
}
