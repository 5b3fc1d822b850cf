package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * A message of the stream on its way to the handler, or a gap in the stream.
 *
 * @param place       position: the number of data messages that this member has counted before the entry
 * @param message     null: a gap
 * @param id          null: a gap, or a message on a standby, which names it when it takes over
 * @param redelivered whether an earlier leader may have processed the message
 * @param gap         null: a message
 */
public record Entry<M>(long place, @Nullable M message, @Nullable MessageId id, boolean redelivered, @Nullable Gap gap) {

    /**
     * A period in which messages may have been missed.
     *
     * @param millis length of the period; 0: unknown
     * @param first  whether no member of the group has seen a leader before, so nobody can have missed a message
     */
    public record Gap(long millis, boolean first) {}

    static <M> Entry<M> message(long place, M message, @Nullable MessageId id) {
        return new Entry<>(place, message, id, false, null);
    }

    static <M> Entry<M> gap(long place, long millis, boolean first) {
        return new Entry<>(place, null, null, false, new Gap(millis, first));
    }

    Entry<M> named(@Nullable MessageId name) {
        return new Entry<>(place, message, name, redelivered, gap);
    }

    /** The same gap, once it is known that the group had a leader before. */
    Entry<M> asLaterGap() {
        return gap == null ? this : gap(place, gap.millis, false);
    }

    /** @param end {@link Leadership#NEVER}: no end. A gap comes before the message at the same position */
    boolean isBefore(long end) {
        return end == Leadership.NEVER || place < end || (gap != null && place == end);
    }

    Entry<M> asRedelivered() {
        return redelivered || gap != null ? this : new Entry<>(place, message, id, true, null);
    }
}
