package io.github.pgpubsub.internal.log.sharding;

import java.util.Map;

/** What {@link Sharing} asks for. Must not block, and must not call {@code Sharing} back before they return. */
public interface Effects {

    /** Takes part in the election of a shard. {@link Sharing#leading} tells when it is won. */
    void join(int shard);

    /**
     * Leaves the election of a shard. The messages that have begun are finished before the lead is given back. {@link Sharing#left}
     * answers.
     */
    void leave(int shard);

    /** Shows the other members this, in place of what was shown before, as {@link MemberView} has it. */
    void show(boolean present, int beat, Map<Integer, Mark> marks);
}
