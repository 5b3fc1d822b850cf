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
 *   BEHIND, FULL ── a queue is full, and for 500 ms not everything was read ──▶ WAITING
 *   BEHIND, FULL, WAITING ── everything is read and handed on ──▶ FLOWING
 * </pre>
 *
 * <p>A WAITING session stays WAITING until everything is read, although it may read meanwhile: so the log has one line when it begins
 * to wait and one when it continues. Belongs to the session's thread.
 */
final class Stall {

    enum State {
        /** Everything that has arrived has been read and handed on. */
        FLOWING,
        /** The last read left a backlog. No request is sent: the driver would read the whole backlog before the answer. */
        BEHIND,
        /** A queue is full, so nothing is read. Normal for a moment under load. */
        FULL,
        /** A queue has been full for long, and operators have been told. */
        WAITING
    }

    /** Time behind after which signs of life go over the auxiliary connection, and operators are told. */
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long patienceNanos;
    private State state = State.FLOWING;
    /** When it last stopped flowing. */
    private long since;

    /** @param patience how long requests wait while a backlog is being read */
    Stall(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Records the result of one pass of the loop.
     *
     * @param reads  whether everything that had been read was handed on, so that the session could read again
     * @param behind whether the last read left a backlog
     * @return the new state
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

    /** Whether the session has been behind for so long that other members need a sign of life. */
    boolean isLong(long now) {
        return !isFlowing() && now - since > LONG_NANOS;
    }

    /** How long the session has been behind, or had been when that ended, in milliseconds. */
    long millis(long now) {
        return TimeUnit.NANOSECONDS.toMillis(now - since);
    }

    /** Whether requests may be sent in spite of a backlog. Requests made while a queue is full for long can't wait. */
    boolean mayAskBehind(long now) {
        return state == State.FLOWING || state == State.WAITING || now - since > patienceNanos;
    }
}
