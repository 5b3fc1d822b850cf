package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.session.Pulse;
import java.util.concurrent.TimeUnit;

/**
 * Whether a leader may begin another message; asked by each thread that is about to begin one. Two conditions: within half of the
 * leader timeout, the server has confirmed that this member leads; and within the grace, the session's thread, which would learn of a
 * lost connection, has had proof of it. So a process that resumes after a freeze begins nothing before it knows whether it still
 * leads. Elapsed time is the longer one by two clocks, because one of them stands still while a virtual machine is suspended.
 * Thread-safe.
 */
public final class Lease {

    private record Start(long nanoTime, long wallMillis, long grace) {}

    private final boolean unneeded;
    private final Pulse pulse;
    private volatile boolean lifted;
    private final long nanos;
    private volatile Start start = new Start(0, 0, Leadership.GRACE.toNanos());

    private Lease(boolean unneeded, Pulse pulse, long leaderTimeoutNanos) {
        this.unneeded = unneeded;
        this.pulse = pulse;
        this.nanos = leaderTimeoutNanos / 2;
    }

    /** A lease that is always valid, for subscriptions with {@code singleListener=false}. */
    public static Lease unneeded() {
        return new Lease(true, new Pulse(), 0);
    }

    /**
     * @param pulse              the session's
     * @param leaderTimeoutNanos 0: no leader is deposed, and no confirmation of the server is needed
     */
    public static Lease of(Pulse pulse, long leaderTimeoutNanos) {
        return new Lease(false, pulse, leaderTimeoutNanos);
    }

    /**
     * Renews the lease as of a recent time.
     *
     * @param grace maximum age of the pulse, in nanoseconds; 0: unchanged
     */
    public void renew(long sinceNanoTime, long grace) {
        long ago = System.nanoTime() - sinceNanoTime;
        start = new Start(sinceNanoTime, System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(ago),
                grace == 0 ? start.grace : grace);
    }

    /** Makes the lease valid until {@link #impose}, without conditions. */
    public void lift() {
        lifted = true;
    }

    /** Makes the conditions hold again. */
    public void impose() {
        lifted = false;
    }

    public boolean isValid() {
        if (unneeded || lifted) {
            return true;
        }
        Start current = start;
        long now = System.nanoTime();
        long age = pulse.age(now);
        if (age > current.grace / 2) {
            pulse.want();
        }
        return age <= current.grace && isHeld(current, now);
    }

    /** The first condition: the server's confirmation is recent enough. */
    public boolean isHeld() {
        return isHeld(start, System.nanoTime());
    }

    private boolean isHeld(Start current, long now) {
        return nanos == 0 || (now - current.nanoTime < nanos
                && TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - current.wallMillis) < nanos);
    }
}
