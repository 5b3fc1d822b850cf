package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.internal.election.Leadership;
import java.util.concurrent.TimeUnit;

/**
 * Whether a leader may begin another message, asked by the threads that do. Two things must be: it has heard from the server
 * that it leads within half the time in which others depose it; and the session's thread, which would learn that the
 * connection is gone, has run a moment ago. So a process that was stopped and goes on begins nothing before it knows what
 * has become of it. Elapsed time is the longer of two clocks, because one of them stands still while a virtual machine is
 * suspended. Thread-safe.
 */
public final class Lease {

    private record Start(long nanoTime, long wallMillis, long grace) {}

    private volatile boolean always;
    private final long nanos;
    private volatile Start start = new Start(0, 0, Leadership.GRACE.toNanos());
    private volatile long pulse;
    private volatile boolean wanted;

    private Lease(boolean always, long leaderTimeoutNanos) {
        this.always = always;
        this.nanos = leaderTimeoutNanos / 2;
    }

    /** For those that need not lead. */
    public static Lease unneeded() {
        return new Lease(true, 0);
    }

    /** @param leaderTimeoutNanos 0: nobody is deposed, and the server need not be heard from */
    public static Lease of(long leaderTimeoutNanos) {
        return new Lease(false, leaderTimeoutNanos);
    }

    /**
     * Begins anew at a time that lies a moment back.
     *
     * @param grace how old the last pulse may be, nanoseconds; 0: as before
     */
    public void renew(long sinceNanoTime, long grace) {
        long ago = System.nanoTime() - sinceNanoTime;
        start = new Start(sinceNanoTime, System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(ago),
                grace == 0 ? start.grace : grace);
    }

    /** From now on messages begin whoever leads. */
    public void lift() {
        always = true;
    }

    /** The session had its connection at that time; see {@link io.github.pgpubsub.internal.session.SessionStream#lastProof()}. */
    public void pulse(long nanoTime) {
        pulse = nanoTime;
        wanted = false;
    }

    public boolean isValid() {
        if (always) {
            return true;
        }
        long age = System.nanoTime() - pulse;
        if (age > start.grace / 2 && !wanted) {
            wanted = true;
        }
        return age <= start.grace && isHeld();
    }

    /** Whether somebody has asked since the last pulse who will soon need another one. */
    public boolean isPulseWanted() {
        return wanted;
    }

    /** The first of the two: the server has been heard from. */
    public boolean isHeld() {
        Start current = start;
        return nanos == 0 || (System.nanoTime() - current.nanoTime < nanos
                && TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - current.wallMillis) < nanos);
    }
}
