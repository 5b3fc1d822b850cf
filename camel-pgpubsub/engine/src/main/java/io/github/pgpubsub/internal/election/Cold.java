package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;

/** Neither leads nor stands by: tries to get the standby's place and listens to nothing. */
final class Cold<M> extends State<M> {

    /** How long the leader's lock must be free before a member that is not the standby tries it. */
    static final long VACANCY_NANOS = TimeUnit.SECONDS.toNanos(3);

    private long vacantSince = Leadership.NEVER;
    /** Who holds the leader's lock and the standby's place, which is normal for the moment of a take-over only; 0: nobody. */
    private int holdsBoth;
    private long holdsBothSince;

    Cold(Member<M> self) {
        super(self);
    }

    @Override
    Role role() {
        return Role.COLD;
    }

    @Override
    void tick(long now) {
        if (self.locks.isTryDue(now)) {
            self.locks.ask(Lock.STANDBY, now);
        }
    }

    @Override
    void look(Poll poll) {
        self.lookForLeader(poll);
    }

    @Override
    void polled(Poll poll, long now) {
        if (self.isFreeToLeave()) {
            self.finish();
        } else if (poll.acquired(Lock.LEADER)) {
            // Although another member has the standby's place and does not use it.
            self.takeOver(new Following<>(self), false, now);
        } else if (poll.acquired(Lock.STANDBY)) {
            self.standBy(poll, now);
        } else {
            endStuckTakeOver(poll, now);
            tryIfVacant(poll, now);
        }
    }

    private void tryIfVacant(Poll poll, long now) {
        if (poll.leader() != 0) {
            vacantSince = Leadership.NEVER;
        } else if (vacantSince == Leadership.NEVER) {
            vacantSince = now;
        } else if (poll.tried() != Lock.LEADER && now - vacantSince > Math.max(5 * self.acquireNanos, VACANCY_NANOS)) {
            // A try in vain waits for the next one's time.
            self.listen();
            self.locks.ask(Lock.LEADER, now);
        }
    }

    /** A member that is frozen or cut off amid a take-over has both locks: no standby can ask it for a sign of life. */
    private void endStuckTakeOver(Poll poll, long now) {
        int both = poll.leader() == poll.standby() ? poll.leader() : 0;
        long limit = self.leaderTimeout + self.leaderTimeout / 3;
        if (both != holdsBoth) {
            holdsBoth = both;
            holdsBothSince = now;
        } else if (both != 0 && self.leaderTimeout > 0 && now - holdsBothSince > limit) {
            holdsBothSince = now;
            self.effects.terminate(both, Lock.LEADER);
        }
    }

    @Override
    void stop(long now) {
        if (!self.locks.isAsking() && self.isFreeToLeave()) {
            self.finish();
        }
    }
}
