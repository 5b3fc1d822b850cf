package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import org.jspecify.annotations.Nullable;

/** Holds the leader's lock and waits until its own TAKEOVER arrives: then it has read everything that was sent before. */
final class TakingOver<M> extends State<M> {

    private final Following<M> following;
    private final boolean holdsStandbyLock;
    private final String token;
    private final long tookOverSince;
    private final Heir heir = new Heir();
    private boolean cameBy;
    /** A successor waits for so long, in nanoseconds. */
    private long announcedGrace;
    private int leader;

    /** @param holdsStandbyLock whether the standby's lock must be released */
    TakingOver(Member<M> self, Following<M> following, boolean holdsStandbyLock, long now) {
        super(self);
        this.following = following;
        this.holdsStandbyLock = holdsStandbyLock;
        this.leader = following.leader.backend;
        this.token = self.control.token();
        this.tookOverSince = now;
    }

    @Override
    Role role() {
        return Role.TAKING_OVER;
    }

    @Override
    boolean holdsAll() {
        return following.isInStep();
    }

    @Override
    int leader() {
        return leader;
    }

    @Override
    long leaderSince() {
        return following.leader.since();
    }

    /** Called once the role is entered. */
    void begin(long now) {
        self.reports.begin(token, now);
        announcedGrace = Leadership.nanos(Leadership.millis(self.grace()));
        self.control.send(ControlMessage.of(ControlMessage.Type.TAKEOVER, token).with("epoch", self.word())
                .with("timeout", Leadership.millis(self.leaderTimeout)).with("grace", Leadership.millis(announcedGrace)));
    }

    @Override
    void data(M message) {
        following.data(message, true);
    }

    @Override
    void joins(int sender, ControlMessage message, long now) {
        heir.joins(sender, self.stream.note(message));
    }

    /** Heeds the former leader: its last messages arrive before this member's TAKEOVER. */
    @Override
    void leaderSays(int sender, ControlMessage message, long now) {
        if (!cameBy) {
            following.leaderSays(sender, message, now);
        }
    }

    @Override
    void ownCameBy(ControlMessage message, long now) {
        following.ownCameBy(message);
        if (message.type() == ControlMessage.Type.TAKEOVER && message.token().equals(token)) {
            leader = self.backend();
            cameBy = true;
            following.nameBuffer();
            self.stream.mark(message);
            leadIfDue(now);
        }
    }

    @Override
    void tick(long now) {
        leadIfDue(now);
    }

    private void leadIfDue(long now) {
        if (!cameBy || !isLeadDue(now)) {
            return;
        }
        following.doubts.doubtAll();
        Following.Inheritance<M> inheritance = following.inheritance(now);
        following.buffer.clear();
        self.remnant.forget();
        self.presence.witnessed();
        self.lead(inheritance, heir, holdsStandbyLock, announcedGrace, now);
    }

    /** Whether the former leader's grace is over. The former leader may have announced a longer one than this member's own. */
    private boolean isLeadDue(long now) {
        return following.hasResigned() || now - tookOverSince >= Math.max(self.grace(), following.leader.grace());
    }

    @Override
    @Nullable
    ControlMessage signOfLife(int connection, long now) {
        if (heir.isToBeLookedUp()) {
            self.locks.lookUp(now);
        }
        // Another route of the session may stand still for long. Everything up to the own TAKEOVER has been read.
        leadIfDue(now);
        return null;
    }

    @Override
    void giveUp(long now) {
        self.giveUp(following.buffer.entries(), now);
    }

    @Override
    void broke(long lastProof, long now) {
        // An earlier remnant is kept instead: its messages come first, and the gap after it includes this break.
        if (self.remnant.isEmpty()) {
            // Before its TAKEOVER has arrived, this member has not read everything that others have sent, so others may have the same.
            following.keepForLater(cameBy || following.isWithoutPredecessor(), heir, lastProof, now);
        }
    }

    @Override
    void discard() {
        following.buffer.clear();
    }
}
