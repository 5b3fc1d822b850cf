package io.github.pgpubsub.internal.publish;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message on its way to the server: how far it has come, and until when its sender waits. Equal messages can't share a
 * transaction.
 */
public abstract class Outgoing {

    private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);

    private static final int WAITING = 0;
    private static final int SENT = 1;
    private static final int EXPIRED = 2;
    private static final int ENDED = 3;

    private static final AtomicIntegerFieldUpdater<Outgoing> STATE = AtomicIntegerFieldUpdater.newUpdater(Outgoing.class,
            "state");

    final long deadline;
    private volatile int state = WAITING;
    /** Null: it is committed, or its outcome is not known yet. */
    private @Nullable Exception failure;

    /** @param deadline by {@link System#nanoTime} */
    protected Outgoing(long deadline) {
        this.deadline = deadline;
    }

    /** Memory that it takes while it waits, bytes, roughly; 0: too little to count. */
    protected abstract long weight();

    /** Tells its sender; may throw and block. */
    protected abstract void call(@Nullable Exception outcome);

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
            call(failure);
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
}
