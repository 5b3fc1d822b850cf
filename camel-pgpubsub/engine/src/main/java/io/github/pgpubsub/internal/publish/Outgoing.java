package io.github.pgpubsub.internal.publish;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message on its way to the server: its progress, and its sender's deadline. Two are equal if they can't share a transaction.
 */
public abstract class Outgoing {

    private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);

    private static final int WAITING = 0;
    private static final int SENT = 1;
    private static final int ENDED = 2;

    private static final AtomicIntegerFieldUpdater<Outgoing> STATE = AtomicIntegerFieldUpdater.newUpdater(Outgoing.class,
            "state");

    final long deadline;
    private volatile int state = WAITING;
    /** Whether the sender's own thread has committed it and knows. Belongs to this thread. */
    private boolean committedHere;
    /** Null: committed, or the outcome is not known yet. */
    private @Nullable Exception failure;

    /** @param deadline by {@link System#nanoTime} */
    protected Outgoing(long deadline) {
        this.deadline = deadline;
    }

    /** Memory that it takes while it waits, bytes, roughly; 0: too little to count. */
    protected abstract long weight();

    /** Tells its sender; may throw and block. */
    protected abstract void call(@Nullable Exception outcome);

    /** Marks it as sent, for a batch. False if its sender has given up meanwhile. */
    boolean markSent() {
        return STATE.compareAndSet(this, WAITING, SENT);
    }

    /** Marks it as waiting again, after the server has refused its batch. No effect if its sender has given up meanwhile. */
    void markWaiting() {
        STATE.compareAndSet(this, SENT, WAITING);
    }

    /** Whether it has been sent and its outcome is not known. */
    boolean isSent() {
        return state == SENT;
    }

    boolean isEnded() {
        return state == ENDED;
    }

    /**
     * Sets the outcome: null means committed.
     *
     * @return false if the outcome was known before; otherwise the caller must see to it that the sender is told
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

    /** As {@link #end}, and so that it will not be sent. False also if it has been sent. */
    boolean endUnsent(Exception outcome) {
        boolean ends = STATE.compareAndSet(this, WAITING, ENDED);
        if (ends) {
            failure = outcome;
        }
        return ends;
    }

    /** For the sender's own thread, which has committed it and need not be told. No effect if its outcome was known before. */
    void endHere() {
        committedHere = end(null);
    }

    boolean isCommittedHere() {
        return committedHere;
    }

    /** Tells the sender. Called once, after {@link #end}, by its caller's thread or one that synchronizes with it. */
    void tell() {
        try {
            call(failure);
        } catch (Throwable e) {
            // This thread has other senders to tell and batches to send. Throwable, because other languages throw anything.
            warn(e);
        } finally {
            // An interrupt flag that a callback leaves behind is not meant for the next one.
            Thread.interrupted();
        }
    }

    private static void warn(Throwable failure) {
        try {
            LOG.warn("A callback failed", failure);
        } catch (Throwable e) {
            // Logging failed, for lack of memory perhaps.
        }
    }
}
