package io.github.pgpubsub.internal.log.sending;

import io.github.pgpubsub.internal.publish.Outgoing;
import io.github.pgpubsub.kept.KeptMessages;
import org.jspecify.annotations.Nullable;

/** A kept message on its way to the log. */
public final class OutgoingKept extends Outgoing {

    /** Of an object with its array, collections and what waits for it, bytes, roughly. */
    private static final int OVERHEAD = 200;

    final String channel;
    final @Nullable String key;
    final @Nullable String payload;
    final byte @Nullable [] bytes;
    final @Nullable String headers;
    private final KeptMessages.Callback callback;
    /** The batch that it was last sent in; 0: it has not been sent. This and what follows belongs to the sender's thread. */
    long batch;
    /** All ids of that batch are higher. */
    long afterId;
    private volatile @Nullable String id;

    /**
     * Checked by the caller: the channel has 1 to 63 bytes, no text has a NUL character, and of payload and bytes one is null.
     *
     * @param headers  a JSON object; null: none
     * @param deadline until when the commit is waited for, by {@link System#nanoTime}
     */
    public OutgoingKept(String channel, @Nullable String key, @Nullable String payload, byte @Nullable [] bytes,
            @Nullable String headers, long deadline, KeptMessages.Callback callback) {
        super(deadline);
        this.channel = channel;
        this.key = key;
        this.payload = payload;
        this.bytes = bytes;
        this.headers = headers;
        this.callback = callback;
    }

    /** @param deadline until when the commit is waited for, by {@link System#nanoTime} */
    public OutgoingKept(CheckedMessage message, long deadline, KeptMessages.Callback callback) {
        this(message.channel, message.key, message.payload, message.bytes, message.headers, deadline, callback);
    }

    void committedAs(String messageId) {
        id = messageId;
    }

    @Override
    protected long weight() {
        return OVERHEAD + 2L * length(key) + 2L * length(payload) + 2L * length(headers) + (bytes == null ? 0 : bytes.length);
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    @Override
    protected void call(@Nullable Exception outcome) {
        callback.done(outcome == null ? id : null, outcome);
    }
}
