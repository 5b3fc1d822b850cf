package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import org.jspecify.annotations.Nullable;

/** Holds the leader's lock and waits for its own TAKEOVER to come by: then it has read all that was said and sent before. */
final class TakingOver<M> extends State<M> {

    private final Following<M> following;
    private final boolean holdsPlace;
    private final String token;
    private final long tookOverSince;
    private final Heir heir = new Heir();
    private boolean cameBy;
    private int leader;

    /** @param holdsPlace whether the standby's place has to be given back */
    TakingOver(Member<M> self, Following<M> following, boolean holdsPlace, long now) {
        super(self);
        this.following = following;
        this.holdsPlace = holdsPlace;
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

    /** The role is entered. */
    void begin(long now) {
        self.reports.begin(token, now);
        self.control.send(ControlMessage.of(ControlMessage.Type.TAKEOVER, token).with("epoch", self.word())
                .with("timeout", Leadership.millis(self.leaderTimeout)).with("grace", Leadership.millis(self.grace())));
    }

    @Override
    void data(M message) {
        following.data(message, true);
    }

    @Override
    void joins(int sender, ControlMessage message, long now) {
        heir.joins(sender, self.stream.note(message));
    }

    /** What the old leader said last comes by before the own take-over. */
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
        self.lead(inheritance, heir, holdsPlace, now);
    }

    /** Whoever led may have announced that it needs longer to learn that it does not lead any more. */
    private boolean isLeadDue(long now) {
        return following.hasResigned() || now - tookOverSince >= Math.max(self.grace(), following.leader.grace());
    }

    @Override
    @Nullable
    ControlMessage signOfLife(int connection, long now) {
        if (heir.isToBeLookedUp()) {
            self.locks.lookUp(now);
        }
        return null;
    }

    @Override
    void giveUp(long now) {
        self.giveUp(following.buffer.entries(), now);
    }

    @Override
    void broke(long lastProof, long now) {
        // What was received before an earlier break comes first, and then there is a gap, which is told with that.
        if (self.remnant.isEmpty()) {
            // Before its own take-over has come by it has not read all that others have said and done.
            following.keepForLater(cameBy || following.isWithoutPredecessor(), heir, lastProof, now);
        }
    }

    @Override
    void discard() {
        following.buffer.clear();
    }
}
