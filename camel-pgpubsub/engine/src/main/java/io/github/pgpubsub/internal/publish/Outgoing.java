package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.PublishCallback;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A notification on its way to the server. Two are equal when the server would fold them into one within a transaction. */
final class Outgoing {

    private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);

    private static final int WAITING = 0;
    private static final int SENT = 1;
    private static final int EXPIRED = 2;
    private static final int ENDED = 3;

    private static final AtomicIntegerFieldUpdater<Outgoing> STATE = AtomicIntegerFieldUpdater.newUpdater(Outgoing.class,
            "state");

    final String channel;
    final String payload;
    final long deadline;
    private final PublishCallback callback;
    private final int hash;
    private volatile int state = WAITING;
    /** Null: it is committed, or its outcome is not known yet. */
    private @Nullable Exception failure;

    Outgoing(String channel, String payload, long deadline, PublishCallback callback) {
        this.channel = channel;
        this.payload = payload;
        this.deadline = deadline;
        this.callback = callback;
        // By the sender's thread, because the batches are put together by one thread for all.
        this.hash = 31 * channel.hashCode() + payload.hashCode();
    }

    /** Takes it into a batch. False: its sender has given up meanwhile. */
    boolean send() {
        return STATE.compareAndSet(this, WAITING, SENT);
    }

    /** The server has refused the batch that it was in; it may be sent again. Not if its sender has given up meanwhile. */
    void refused() {
        STATE.compareAndSet(this, SENT, WAITING);
    }

    /** Its time is up; true: and it will not be sent any more. False: it is with the server, or its outcome is known. */
    boolean expire() {
        return STATE.compareAndSet(this, WAITING, EXPIRED);
    }

    /** Whether giving up now leaves the outcome open. */
    boolean isSent() {
        return state == SENT;
    }

    boolean isEnded() {
        return state == ENDED;
    }

    /**
     * Its outcome is known: null means committed.
     *
     * @return false: it was known before; otherwise the caller sees to it that the sender is told
     */
    boolean end(@Nullable Exception outcome) {
        for (int now = state; now != ENDED; now = state) {
            if (STATE.compareAndSet(this, now, ENDED)) {
                failure = outcome;
                return true;
            }
        }
        return false;
    }

    /** Tells the sender; called once, by a thread that knows of {@link #end} from the one that called it. */
    void tell() {
        try {
            callback.done(failure);
        } catch (Throwable e) {
            // The thread that tells has others to tell, and to send; of other languages it may be any.
            warn(e);
        } finally {
            // The same if a callback has left this behind.
            Thread.interrupted();
        }
    }

    private static void warn(Throwable failure) {
        try {
            LOG.warn("A callback failed", failure);
        } catch (Throwable e) {
            // No memory for a line, say: then without one.
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outgoing that && hash == that.hash && payload.equals(that.payload)
                && channel.equals(that.channel);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
