package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;

/** Neither leads nor stands by: tries to get the standby's lock, and does not listen. */
final class Cold<M> extends State<M> {

    /** How long the leader's lock must be free before a cold member tries it. */
    static final long VACANCY_NANOS = TimeUnit.SECONDS.toNanos(3);

    private long vacantSince = Leadership.NEVER;
    /** Backend that holds both the leader's and the standby's lock, which is normal only during a take-over; 0: none. */
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
    boolean isBusy(long until) {
        return self.locks.isTryDue(until);
    }

    @Override
    void observe(Poll poll) {
        self.observeLeader(poll);
    }

    @Override
    void polled(Poll poll, long now) {
        if (self.isFreeToLeave()) {
            self.finish();
        } else if (poll.acquired(Lock.LEADER)) {
            // Another member holds the standby's lock and has not used it.
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
            // A failed attempt is not repeated before the next regular poll.
            self.listen();
            self.locks.ask(Lock.LEADER, now);
        }
    }

    /** Ends a member that is frozen or cut off during a take-over: it holds both locks, so there is no standby to challenge it. */
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
