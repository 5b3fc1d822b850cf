package io.github.pgpubsub.lead;

/**
 * A message of the stream on its way to the handler, or a gap in the stream.
 *
 * @param place       how many data messages this member has counted before it
 * @param message     null: a gap
 * @param id          null: no leader's marker has come by yet
 * @param redelivered an earlier leader may have processed it
 * @param gap         what may have been missed here; null: a message
 */
public record Entry<M>(long place, M message, MessageId id, boolean redelivered, Gap gap) {

    /**
     * A time in which messages may have been missed.
     *
     * @param millis how long; 0 when nobody can know
     * @param first  whether this member has had no stream before
     */
    public record Gap(long millis, boolean first) {}

    static <M> Entry<M> message(long place, M message, MessageId id) {
        return new Entry<>(place, message, id, false, null);
    }

    static <M> Entry<M> gap(long place, long millis, boolean first) {
        return new Entry<>(place, null, null, false, new Gap(millis, first));
    }

    Entry<M> named(MessageId name) {
        return new Entry<>(place, message, name, redelivered, gap);
    }

    Entry<M> asRedelivered() {
        return redelivered || gap != null ? this : new Entry<>(place, message, id, true, null);
    }
}
