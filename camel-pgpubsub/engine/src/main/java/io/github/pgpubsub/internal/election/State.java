package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import org.jspecify.annotations.Nullable;

/**
 * What a member does in one role. {@link Leadership} hands events to the current state; an event that a state does not
 * override means nothing in its role. Not thread-safe, like all of this package.
 */
abstract class State<M> {

    final Member<M> self;

    State(Member<M> self) {
        this.self = self;
    }

    abstract Role role();

    /** Whether this member, as standby, holds all that the leader has not done. */
    boolean holdsAll() {
        return false;
    }

    /** Whether the standby holds all that the leader has not done, as far as this member knows. */
    boolean isInStep() {
        return holdsAll();
    }

    /** The backend that stands by, 0: none known. */
    int standby() {
        return 0;
    }

    /** The backend that leads, 0: none known. */
    int leader() {
        return 0;
    }

    /** When the leader began to lead, by this member's clock; {@link Leadership#NEVER}: not known. */
    long leaderSince() {
        return Leadership.NEVER;
    }

    // ---- the stream

    boolean ready() {
        return true;
    }

    /** A data message. Its place is counted in every role. */
    void data(M message) {
        self.stream.next(message, false);
    }

    /** Another member says that it has the standby's place. */
    void joins(int sender, ControlMessage message, long now) {}

    /** A standby, or a leader over its auxiliary connection, shows life. */
    void showsLife(int sender, ControlMessage message, long now) {}

    /** This member is asked for a sign of life. */
    void challenged(long now) {}

    /** A former leader says that the lock is free. */
    void vacant(int sender, long now) {}

    /** Somebody says what leaders say. */
    void leaderSays(int sender, ControlMessage message, long now) {}

    /** This member's own message comes by. */
    void ownCameBy(ControlMessage message, long now) {}

    /** The stream broke: keeps what has to outlive that in {@link Member#remnant}. */
    void broke(long lastProof, long now) {}

    // ---- time, and answers

    void tick(long now) {}

    /** What the answer to a question about the locks tells whatever was asked for. Comes before {@link #polled}. */
    void look(Poll poll) {}

    /** The answer to a question about the locks. */
    void polled(Poll poll, long now) {}

    /** A report is committed that answered a standby's JOIN, or none. */
    void reported(String joinToken) {}

    /** The leader's lock is given back. */
    void unlocked() {}

    /** A leader's session was ended on this member's request. */
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

    /** This state is left for good: its lists give their memory back. */
    void discard() {}
}
