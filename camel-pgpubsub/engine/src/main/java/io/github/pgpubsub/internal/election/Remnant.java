package io.github.pgpubsub.internal.election;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a stream that broke: the messages that a member had not finished. They are not discarded at once, because a restart
 * of the server breaks the streams of all members alike; but no message may be delivered that another member has delivered meanwhile.
 * A leader can be seen in the locks only while it leads: the database keeps no record of it. So messages that a standby may have had,
 * too, are delivered only if nobody can have led and left since.
 */
final class Remnant<M> {

    /** Within this time after the last proof that it led, a leader may resume: nobody can have taken over, finished and left. */
    static final long RESUMED_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** A stream that broke with its server is found broken within this time; a stream that was cut off, only by a heartbeat. */
    private static final long FOUND_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** Within this time after a restart of the server, the first member that is back may resume. */
    private static final long RESTARTED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Entries<M> entries;
    private long brokenAt = Leadership.NEVER;
    /** The session before this one, and whether its end has been requested. */
    private @Nullable ServerRun formerRun;
    private int formerBackend;
    private boolean ended;
    /** Of the entries: the server's run, whether a standby may have them, too, whether this member led, and when they were lost. */
    private @Nullable ServerRun run;
    private boolean shared;
    private boolean led;
    private long provenAt;
    private long foundNanos;

    Remnant(Entries<M> entries) {
        this.entries = entries;
    }

    /** The stream of a session broke. */
    void lost(@Nullable ServerRun run, int backend) {
        formerRun = run;
        formerBackend = backend;
        ended = false;
    }

    /** Messages may have been missed from this time on, unless an earlier time is known already. */
    void brokenAt(long since) {
        if (brokenAt == Leadership.NEVER) {
            brokenAt = since;
        }
    }

    /**
     * Keeps the unfinished messages of the stream that has just broken.
     *
     * @param asLeader  whether this member led
     * @param alsoKept  whether a standby may have the same messages
     * @param lastProof time of the latest proof that the stream was whole
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

    /** Whether there are messages that this member had as leader and that no other member can have. */
    boolean isOnlyHere() {
        return !entries.isEmpty() && led && !shared;
    }

    /** Number of messages that are lost if another member leads; 0: others have them. */
    int onlyHere() {
        int count = 0;
        if (isOnlyHere()) {
            for (Entry<M> entry : entries) {
                count += entry.gap() == null ? 1 : 0;
            }
        }
        return count;
    }

    Entries<M> entries() {
        return entries;
    }

    /** Another member leads: these messages are its business. */
    void drop() {
        entries.clear();
    }

    /** This member leads, or holds everything that the leader has not done: nothing is left to make up for. */
    void forget() {
        entries.clear();
        brokenAt = Leadership.NEVER;
    }

    /** Time from which on messages may have been missed; {@link Leadership#NEVER}: the stream has not broken. */
    long brokenAt() {
        return brokenAt;
    }

    /** Whether a backend was this member's own before the stream broke. */
    boolean isFormer(int backend, ServerRun current) {
        return backend != 0 && backend == formerBackend && formerRun != null && formerRun.start().equals(current.start());
    }

    /** The former session holds no lock any more: another session may get the same process id. */
    void forgetFormer() {
        formerBackend = 0;
    }

    /** Whether the former session, which the server still has, must be ended. True once. */
    boolean isToBeEnded() {
        boolean once = !ended;
        ended = true;
        return once;
    }

    /**
     * Called when the former session still holds the leader's lock and this member has got the standby's lock: nobody else has led,
     * and nobody else will be the next leader.
     */
    void certain() {
        shared &= !led;
    }

    /** Whether this member, which has got the leader's lock and has seen no other leader since, may deliver the messages. */
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
