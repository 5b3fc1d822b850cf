package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.PublishCallback;
import org.jspecify.annotations.Nullable;

/** A notification on its way to the server. Two are equal if the server would send them only once within a transaction. */
public final class OutgoingNotification extends Outgoing {

    /** Of an object with what waits for it, bytes, roughly. */
    private static final int OVERHEAD = 200;

    final String channel;
    final String payload;
    /** Null: the payload is sent as it is. */
    final @Nullable PayloadStore store;
    private final PublishCallback callback;
    private final int hash;

    /**
     * @param channel  1 to 63 bytes, checked by the caller
     * @param payload  at most 7999 bytes without NUL, checked by the caller
     * @param deadline how long to wait for the commit, by {@link System#nanoTime}
     * @param callback called once, whatever the outcome
     */
    public OutgoingNotification(String channel, String payload, long deadline, PublishCallback callback) {
        this(channel, payload, null, deadline, callback);
    }

    /**
     * A notification whose payload may be kept in the database.
     *
     * @param payload of any length if it is kept
     * @param store   keeps the payload, and a reference to it is sent; null: the payload is sent
     */
    public OutgoingNotification(String channel, String payload, @Nullable PayloadStore store, long deadline,
            PublishCallback callback) {
        super(deadline);
        this.channel = channel;
        this.payload = payload;
        this.store = store;
        this.callback = callback;
        // Computed on the caller's thread, because a single thread puts all batches together.
        this.hash = 31 * channel.hashCode() + payload.hashCode();
    }

    @Override
    protected long weight() {
        return store == null ? 0 : OVERHEAD + 2L * payload.length();
    }

    @Override
    protected void call(@Nullable Exception outcome) {
        callback.done(outcome);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OutgoingNotification that && hash == that.hash && payload.equals(that.payload)
                && channel.equals(that.channel);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
