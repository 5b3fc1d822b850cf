package io.github.pgpubsub.internal.log.sharding;

/** What a member shows the other members of its group about a shard. */
public enum Mark {
    /** Takes part in the election of a shard that was free. */
    CLAIMS, LEADS,
    /** Finishes what has begun, and then gives the lead back. */
    LEAVES
}
