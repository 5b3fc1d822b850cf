package io.github.pgpubsub.internal.session;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Whether a connected session keeps up with the server, and if not, since when and why. Times are System.nanoTime.
 *
 * <pre>
 *   FLOWING ── a read leaves a backlog ──▶ BEHIND
 *   FLOWING, BEHIND ── a queue is full ──▶ FULL
 *   FULL ── there is room, and a read leaves a backlog ──▶ BEHIND
 *   BEHIND, FULL ── a queue is full, and for 500 ms not all was read ──▶ WAITING
 *   BEHIND, FULL, WAITING ── all is read and handed on ──▶ FLOWING
 * </pre>
 *
 * <p>A WAITING session stays so until all is read, although it may read meanwhile: one line in the log says that it waits, and one
 * that it goes on. Belongs to the session's thread.
 */
final class Stall {

    enum State {
        /** All that had come has been read and handed on. */
        FLOWING,
        /** The last read left a backlog behind. Nothing is asked: the driver would take in all of it before the answer. */
        BEHIND,
        /** A queue is full, so nothing is read. For a moment, as happens under load. */
        FULL,
        /** A queue has been full for long: operators are told. */
        WAITING
    }

    /** After this time without having read all, signs of life go over a second connection, and operators are told. */
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long patienceNanos;
    private State state = State.FLOWING;
    /** When it last stopped flowing. */
    private long since;

    /** @param patience how long wishes wait for a backlog to be read */
    Stall(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /**
     * What one pass of the loop has come to.
     *
     * @param reads  whether all that had been read was handed on, so that it could read again
     * @param behind whether the last read left a backlog behind
     * @return the state that follows
     */
    State passed(boolean reads, boolean behind, long now) {
        if (reads && !behind) {
            state = State.FLOWING;
            return state;
        }
        if (state == State.FLOWING) {
            since = now;
        }
        if (state != State.WAITING) {
            state = reads ? State.BEHIND : now - since > LONG_NANOS ? State.WAITING : State.FULL;
        }
        return state;
    }

    State state() {
        return state;
    }

    boolean isFlowing() {
        return state == State.FLOWING;
    }

    /** Whether it has not kept up for so long that others may wonder. */
    boolean isLong(long now) {
        return !isFlowing() && now - since > LONG_NANOS;
    }

    /** How long it has not flowed, or had not when that ended, in milliseconds. */
    long millis(long now) {
        return TimeUnit.NANOSECONDS.toMillis(now - since);
    }

    /** Whether wishes may be sent although a backlog is unread. Wishes that come while a queue is full for long can't wait. */
    boolean mayAskBehind(long now) {
        return state == State.FLOWING || state == State.WAITING || now - since > patienceNanos;
    }
}
