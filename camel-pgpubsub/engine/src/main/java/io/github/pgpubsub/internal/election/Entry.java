package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * A message of the stream on its way to the handler, or a gap in the stream.
 *
 * @param place       how many data messages this member has counted before it
 * @param message     null: a gap
 * @param id          null: a gap, or a message of a standby, which names it when it takes over
 * @param redelivered an earlier leader may have processed it
 * @param gap         what may have been missed here; null: a message
 */
public record Entry<M>(long place, @Nullable M message, @Nullable MessageId id, boolean redelivered, @Nullable Gap gap) {

    /**
     * A time in which messages may have been missed.
     *
     * @param millis how long; 0 when nobody can know
     * @param first  whether there is nobody in the group who has seen somebody lead before: nobody can have missed anything
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

    /** The same gap, now that somebody is known to have led before. */
    Entry<M> asLaterGap() {
        return gap == null ? this : gap(place, gap.millis, false);
    }

    /** @param end {@link Leadership#NEVER}: there is none. A gap lies before the message of its place */
    boolean isBefore(long end) {
        return end == Leadership.NEVER || place < end || (gap != null && place == end);
    }

    Entry<M> asRedelivered() {
        return redelivered || gap != null ? this : new Entry<>(place, message, id, true, null);
    }
}
