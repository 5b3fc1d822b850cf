package io.github.pgpubsub.internal.election;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a member had when its stream broke. Nothing is thrown away at once, because a restart of the server breaks the streams
 * of all members alike; but nothing may be delivered that another member has delivered meanwhile. Whether one has led is seen
 * in the locks, and only as long as it does: the database keeps no record of it. So what a standby may have had too is
 * delivered only where nobody can have led and left in between.
 */
final class Remnant<M> {

    /** So soon after it was known to lead a leader goes on with what it had: nobody has taken over, finished and left. */
    static final long RESUMED_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** A stream that broke with its server is found broken at once; one that was cut off, only by a heartbeat. */
    private static final long FOUND_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** So long after a restart of the server the first member that is back goes on. */
    private static final long RESTARTED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Entries<M> entries;
    private long brokenAt = Leadership.NEVER;
    /** The session before this one, and whether it was asked to be ended. */
    private @Nullable ServerRun formerRun;
    private int formerBackend;
    private boolean ended;
    /** About the entries: from which run they are, whether a standby may have them too, and how they were lost. */
    private @Nullable ServerRun run;
    private boolean shared;
    private boolean led;
    private long provenAt;
    private long foundNanos;

    Remnant(Entries<M> entries) {
        this.entries = entries;
    }

    /** The stream of that session broke. */
    void lost(@Nullable ServerRun run, int backend) {
        formerRun = run;
        formerBackend = backend;
        ended = false;
    }

    /** Messages may have been missed from this time on, or already from an earlier one. */
    void brokenAt(long since) {
        if (brokenAt == Leadership.NEVER) {
            brokenAt = since;
        }
    }

    /**
     * Keeps what has not been done, of the stream that has just broken.
     *
     * @param asLeader  whether this member led
     * @param alsoKept  whether a standby may have the same
     * @param lastProof when the stream was last known to be whole
     */
    void keep(Iterable<Entry<M>> undone, boolean asLeader, boolean alsoKept, long lastProof, long now) {
        entries.addAll(undone);
        run = formerRun;
        led = asLeader;
        shared = alsoKept;
        provenAt = lastProof;
        foundNanos = now - lastProof;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Whether there is something that this member led with and nobody else can have. */
    boolean isOnlyHere() {
        return !entries.isEmpty() && led && !shared;
    }

    Entries<M> entries() {
        return entries;
    }

    /** Another member leads: what is left here is for that one. */
    void drop() {
        entries.clear();
    }

    /** This member leads, or holds all that the leader has not done: there is nothing to make up for any more. */
    void forget() {
        entries.clear();
        brokenAt = Leadership.NEVER;
    }

    /** Since when messages may have been missed; {@link Leadership#NEVER}: the stream has not broken. */
    long brokenAt() {
        return brokenAt;
    }

    /** Whether that backend was this member's own before the stream broke. */
    boolean isFormer(int backend, ServerRun current) {
        return backend != 0 && backend == formerBackend && formerRun != null && formerRun.start().equals(current.start());
    }

    /** Whether the former session, which the server still keeps, is to be ended: said once. */
    boolean isToBeEnded() {
        boolean once = !ended;
        ended = true;
        return once;
    }

    /**
     * The former session still holds the leader's lock, and this member has got the standby's place: so nobody has led, and
     * nobody else will be first.
     */
    void certain() {
        shared &= !led;
    }

    /** Whether it may be delivered by this member, which has got the lock and has seen nobody else lead since. */
    boolean isResumable(ServerRun current, long connectedAt, long now) {
        if (entries.isEmpty()) {
            return false;
        }
        if (isOnlyHere()) {
            return true;
        }
        assert run != null;
        if (run.start().equals(current.start())) {
            return led && now - provenAt <= RESUMED_NANOS;
        }
        return foundNanos <= FOUND_NANOS && current.uptimeNanos() + now - connectedAt <= RESTARTED_NANOS;
    }
}
