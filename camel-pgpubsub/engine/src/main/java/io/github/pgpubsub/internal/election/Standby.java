package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;

/** Holds the standby's lock: keeps the messages that the leader has not reported done, and tries to get the leader's lock. */
final class Standby<M> extends State<M> {

    private final Following<M> following;

    Standby(Member<M> self, Following<M> following) {
        super(self);
        this.following = following;
    }

    @Override
    Role role() {
        return Role.STANDBY;
    }

    @Override
    boolean holdsAll() {
        return following.isInStep();
    }

    @Override
    int standby() {
        return self.backend();
    }

    @Override
    int leader() {
        return following.leader.backend;
    }

    @Override
    long leaderSince() {
        return following.leader.since();
    }

    /** Called once the role is entered. */
    void begin(long now) {
        self.listen();
        following.join();
        if (following.isWithoutPredecessor()) {
            self.locks.ask(Lock.LEADER, now);
        }
    }

    @Override
    void data(M message) {
        following.data(message, false);
    }

    @Override
    void showsLife(int sender, ControlMessage message, long now) {
        if (following.leader.isItsSign(sender, message)) {
            self.watchedLeader.heard(now);
        }
    }

    @Override
    void challenged(long now) {
        if (now - self.nextAnswer >= 0) {
            self.nextAnswer = now + LockPolling.QUESTION_NANOS;
            self.control.send(ControlMessage.of(ControlMessage.Type.ALIVE, self.control.token()));
        }
    }

    @Override
    void vacant(int sender, long now) {
        if (sender == leader() || self.locks.isQuestionDue(now)) {
            self.locks.provoked(now);
            self.locks.ask(Lock.LEADER, now);
        }
    }

    @Override
    void leaderSays(int sender, ControlMessage message, long now) {
        following.leaderSays(sender, message, now);
    }

    @Override
    void ownCameBy(ControlMessage message, long now) {
        following.ownCameBy(message);
    }

    @Override
    void tick(long now) {
        if (self.locks.isTryDue(now)) {
            self.locks.ask(Lock.LEADER, now);
        }
        // The timeout that the leader has announced, or else this member's own.
        long limit = following.leader.timeout(self.leaderTimeout);
        if (following.isJoined() && limit > 0) {
            self.watch(self.watchedLeader, Lock.LEADER, limit, now);
        }
    }

    @Override
    boolean isBusy(long until) {
        return self.locks.isTryDue(until);
    }

    @Override
    void observe(Poll poll) {
        self.observeLeader(poll);
    }

    @Override
    void polled(Poll poll, long now) {
        if (following.doubts.recordLook(self.locks.askedAt(), now)) {
            following.findOutWhatWasMissed();
        }
        if (poll.leader() != 0 && poll.leader() != self.backend()) {
            following.foundLeader(true);
            if (poll.leader() != leader()) {
                following.believe(poll.leader(), now);
            }
        }
        following.hearClaims(now);
        if (poll.acquired(Lock.LEADER)) {
            self.takeOver(following, true, now);
        } else if (self.isStopping()) {
            leaveUnlessNeeded(poll, now);
        }
    }

    /**
     * Leaves, unless the stopping standby is needed: it is the only member with its messages while the leader stops too, and while
     * there is no leader. A standby that has not joined has no messages.
     */
    private void leaveUnlessNeeded(Poll poll, long now) {
        if (poll.tried() != Lock.LEADER) {
            self.locks.ask(Lock.LEADER, now);
        } else if (((poll.leader() != 0 && !following.leader.wantsToStop()) || !following.isJoined()) && self.remnant.isEmpty()) {
            self.finish();
        }
    }

    @Override
    void leaderEnded(long now) {
        self.locks.ask(Lock.LEADER, now);
    }

    @Override
    void stop(long now) {
        self.locks.ask(Lock.LEADER, now);
    }

    @Override
    void broke(long lastProof, long now) {
        // An earlier remnant is kept instead: its messages come first, and the gap after it includes this break.
        if (self.remnant.isEmpty() && (following.isInStep() || following.isWithoutPredecessor())) {
            following.keepForLater(following.isWithoutPredecessor(), new Heir(), lastProof, now);
        }
    }

    @Override
    void discard() {
        following.buffer.clear();
    }
}
