package io.github.pgpubsub.kept;

import io.github.pgpubsub.SubscriptionListener;

/** Hears of failures and changes of a kept subscription. */
public interface KeptListener extends SubscriptionListener {

    /** What may happen. */
    enum Incident {
        /** Another process has taken the group's place. */
        DEPOSED,
        /** The group was removed, and begins again. */
        GROUP_REMOVED,
        /** Messages were given up unread. */
        MESSAGES_MISSED,
        /** The place is not where this process left it: the server was replaced. */
        PLACE_DIFFERS,
        /** A transaction holds the place, so that it can't be taken. */
        PLACE_BLOCKED,
        /** A request failed on a connection that works. */
        REQUEST_FAILED,
        /** Messages that an earlier leadership had begun are not complete, and are delivered again. */
        ABANDONED,
        /** A message was skipped after it had failed. */
        SKIPPED,
        /** A message was parked. */
        PARKED
    }

    /**
     * Called by the callback executor, one call after the other. Default: does nothing; what operators should know is logged anyway.
     *
     * @param detail for people; has no payload
     */
    default void incident(Incident incident, String detail) {}
}
