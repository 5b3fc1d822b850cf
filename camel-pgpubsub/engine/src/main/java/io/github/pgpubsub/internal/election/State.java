package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import org.jspecify.annotations.Nullable;

/**
 * A member's behaviour in one role. {@link Leadership} passes events to the current state; a state ignores the events that it does
 * not override. Not thread-safe, like the whole package.
 */
abstract class State<M> {

    final Member<M> self;

    State(Member<M> self) {
        this.self = self;
    }

    abstract Role role();

    /** Whether this member, as standby, holds everything that the leader has not done. */
    boolean holdsAll() {
        return false;
    }

    /** Whether the standby holds everything that the leader has not done, as far as this member knows. */
    boolean isInStep() {
        return holdsAll();
    }

    /** The standby's backend, 0: none known. */
    int standby() {
        return 0;
    }

    /** The leader's backend, 0: none known. */
    int leader() {
        return 0;
    }

    /** When the leader began to lead, by this member's clock; {@link Leadership#NEVER}: unknown. */
    long leaderSince() {
        return Leadership.NEVER;
    }

    // ---- the stream

    boolean ready() {
        return true;
    }

    /** A data message arrives. Every role counts it. */
    void data(M message) {
        self.stream.next(message, false);
    }

    /** Another member says that it has got the standby's lock. */
    void joins(int sender, ControlMessage message, long now) {}

    /** A standby, or a leader over its auxiliary connection, shows that it is alive. */
    void showsLife(int sender, ControlMessage message, long now) {}

    /** Another member asks this one for a sign of life. */
    void challenged(long now) {}

    /** A former leader says that the lock is free. */
    void vacant(int sender, long now) {}

    /** A leader's message arrives; the sender may be forged. */
    void leaderSays(int sender, ControlMessage message, long now) {}

    /** This member's own message arrives. */
    void ownCameBy(ControlMessage message, long now) {}

    /** The stream broke: adds what must outlive the break to {@link Member#remnant}. */
    void broke(long lastProof, long now) {}

    // ---- time, and answers

    void tick(long now) {}

    /** Whether something is under way, or due until then, for which the next ticks are needed. */
    boolean isBusy(long until) {
        return true;
    }

    /** Whether messages that have just come need the next ticks: they wait for room, or a standby is to hear of them. */
    boolean isBusyWithMessages() {
        return false;
    }

    /** Observes the lock holders in an answer, whatever was asked. Called before {@link #polled}. */
    void observe(Poll poll) {}

    /** The answer to a poll of the locks. */
    void polled(Poll poll, long now) {}

    /** A report is committed. It answered the standby's JOIN with this token; empty: none. */
    void reported(String joinToken) {}

    /** The leader's lock is released. */
    void unlocked() {}

    /** The leader's session was ended at this member's request. */
    void leaderEnded(long now) {}

    /** Everything that was delivered is complete. */
    void drained(long now) {
        if (self.isGivingUp()) {
            self.finish();
        }
    }

    /** See {@link Leadership#signOfLife}. */
    @Nullable
    ControlMessage signOfLife(int connection, long now) {
        return null;
    }

    /** See {@link Leadership#signSent}. */
    void signSent(int standby, long now) {}

    // ---- leaving

    /** The orderly stop begins. */
    void stop(long now) {}

    /** The time for the orderly stop is up. */
    void giveUp(long now) {
        self.giveUp(null, now);
    }

    /** Called when the state is left for good, to free the memory of its lists. */
    void discard() {}
}
