package io.github.pgpubsub.internal.session;

/**
 * When a session last had proof that it was whole, as the threads that begin messages see it. One for all subscribers of a session, so
 * that a proof costs as much for a thousand of them as for one. The session's thread beats, and any thread reads.
 */
public final class Pulse {

    /** Nobody takes a session for whole before its first proof. */
    private static final long NEVER_NANOS = Long.MAX_VALUE / 2;

    private volatile long at = System.nanoTime() - NEVER_NANOS;
    private volatile boolean wanted;

    /** The session was whole at this time (System.nanoTime); see {@link SessionStream#lastProof()}. */
    public void beat(long nanoTime) {
        at = nanoTime;
        wanted = false;
    }

    /**
     * The time since the last beat, in nanoseconds.
     *
     * @param now System.nanoTime
     */
    public long age(long now) {
        return now - at;
    }

    /** A thread needs a new beat soon. */
    public void want() {
        if (!wanted) {
            wanted = true;
        }
    }

    /** Whether a thread has wanted one since the last beat. */
    public boolean isWanted() {
        return wanted;
    }
}
