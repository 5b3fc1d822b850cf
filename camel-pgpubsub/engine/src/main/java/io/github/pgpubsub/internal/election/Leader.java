package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes in messages and reports its progress; once it stops, it waits for a standby to hand over to. */
final class Leader<M> extends InTerm<M> {

    /** How long a stopping leader waits for a standby to join, and for its answer, if the interval of the locks is not longer. */
    private static final long HEIR_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** How long a stopping leader that is alone waits to read what was sent before its stop. */
    private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Interval at which a stopping leader checks for a standby. */
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    // ---- while stopping
    private long stopsSince;
    private boolean othersKnown;
    private boolean alone;
    /** Whether this leader waits for no standby any more. */
    private boolean onItsOwn;
    /** The standby whose JOIN is awaited, and since when; 0: any standby. */
    private int seenStandby;
    private long waitsSince;
    private long nextCheck;

    Leader(Member<M> self, Term<M> term) {
        super(self, term);
    }

    @Override
    Role role() {
        return Role.LEADER;
    }

    @Override
    boolean isInStep() {
        return heir.isPresent() && heir.isSynced();
    }

    @Override
    int standby() {
        return heir.backend();
    }

    /** Called once the role is entered; messages may begin. */
    void begin(long now) {
        term.pump();
        if (self.isStopping()) {
            stop(now);
        }
    }

    // ---- the stream

    @Override
    boolean ready() {
        if (!term.backlog.isEmpty() && term.backlog.isMemoryExceeded()) {
            makeProgress();
        }
        term.pump();
        // While stopping, and while a standby waits for its answer, keep reading even if the queue is full: the awaited message
        // arrives in the stream.
        return term.backlog.isEmpty() || ((self.isStopping() || term.isHeldBack()) && !term.backlog.isMemoryExceeded());
    }

    /** No more messages can be kept, and the awaited one may come behind them: lets messages begin, so that reading can continue. */
    private void makeProgress() {
        term.endHoldBack();
        if (term.isCut() && !onItsOwn) {
            term.cutAt(self.stream.place());
        }
    }

    @Override
    void data(M message) {
        term.data(message);
    }

    @Override
    void joins(int sender, ControlMessage message, long now) {
        heir.joins(sender, self.stream.note(message));
        term.holdBack();
        self.locks.lookUp(now);
    }

    @Override
    void heirHasSpoken(long now) {
        if (self.isStopping()) {
            resignIfPossible(now);
        }
    }

    @Override
    void ownCameBy(ControlMessage message, long now) {
        super.ownCameBy(message, now);
        if (self.isStopping() && !term.isCut() && message.type() == ControlMessage.Type.PROGRESS) {
            self.locks.ask(null, now);
        }
    }

    @Override
    void tick(long now) {
        term.pump();
        if (heir.isToBeLookedUp()) {
            self.locks.lookUp(now);
        }
        if (self.isStopping()) {
            checkForStandby(now);
        }
        term.report(now);
        if (self.leaderTimeout != 0) {
            self.watch(self.watchedStandby, Lock.STANDBY, self.leaderTimeout, now);
        }
        if (self.isStopping()) {
            resignIfPossible(now);
        }
    }

    @Override
    boolean isBusy(long until) {
        return self.reports.isSignDue(until) || !term.backlog.isEmpty() || term.isHeldBack() || self.reports.isWanted()
                || heir.isToBeLookedUp()
                || (heir.isPresent() && !isHeirInformed());
    }

    private boolean isHeirInformed() {
        return (heir.isSynced() || self.standbyBuffer == 0) && self.reports.hasReported(self.stream.place());
    }

    @Override
    boolean isBusyWithMessages() {
        return !term.backlog.isEmpty() || heir.isPresent();
    }

    @Override
    void polled(Poll poll, long now) {
        self.watchedStandby.watch(poll.standby(), now);
        Places.Place join = heir.found(poll.standby());
        if (join != null) {
            self.stream.places.add(join);
            self.watchedStandby.heard(now);
            self.reports.want();
        }
        updateHoldBack();
        if (self.isStopping()) {
            othersKnown = true;
            alone = poll.members() <= 1 && poll.standby() == 0;
            if (poll.standby() != seenStandby) {
                // A new standby's JOIN is on its way.
                seenStandby = poll.standby();
                waitsSince = now;
            }
            // Only now: of what comes behind the JOIN of a standby, nothing has begun here.
            if (alone && mayCut(now)) {
                cut();
            }
            resignIfPossible(now);
        }
        if (self.state().role() == Role.LEADER) {
            term.report(now);
        }
    }

    /** A route of the same process may have sent something just before the stop. A leader that does not keep up would not finish it anyway. */
    private boolean mayCut(long now) {
        return self.reports.readUpTo() - stopsSince >= 0 || !term.backlog.isEmpty() || now - stopsSince >= CATCH_UP_NANOS;
    }

    private void updateHoldBack() {
        if (term.isHeldBack()) {
            term.updateHoldBack();
            term.pump();
        }
    }

    @Override
    void reported(String joinToken) {
        heir.answered(joinToken);
        updateHoldBack();
    }

    // ---- while the stream is not read

    @Override
    @Nullable
    ControlMessage signOfLife(int connection, long now) {
        if (heir.isToBeLookedUp()) {
            self.locks.lookUp(now);
        }
        if (self.isStopping()) {
            checkForStandby(now);
            resignIfPossible(now);
        }
        if (self.state().role() != Role.LEADER || connection == 0) {
            return null;
        }
        self.signs.over(connection);
        if (now - self.signs.lastAt() < self.signNanos) {
            return null;
        }
        self.signs.given(now);
        return ControlMessage.of(ControlMessage.Type.ALIVE, self.control.token()).with("epoch", self.stream.epoch());
    }

    @Override
    void signSent(int standby, long now) {
        if (self.signs.takeAnnouncement(standby)) {
            self.control.send(term.progress(term.completeBefore(), now));
        }
    }

    // ---- leaving

    @Override
    void stop(long now) {
        stopsSince = now;
        seenStandby = 0;
        waitsSince = now;
        nextCheck = now;
        checkForStandby(now);
    }

    /**
     * Polls at intervals, because a standby can come or go while the leader stops, and sends reports, which come back behind everything
     * that was sent before.
     */
    private void checkForStandby(long now) {
        if (now - nextCheck >= 0) {
            nextCheck = now + CHECK_NANOS + 4 * self.roundTrip();
            self.locks.ask(null, now);
            if (!onItsOwn) {
                self.reports.want();
            }
        }
    }

    private void resignIfPossible(long now) {
        if (self.state().role() != Role.LEADER) {
            return;
        }
        if (!othersKnown) {
            self.locks.ask(null, now);
        } else if (heir.isReady()) {
            // The standby has everything and drops nothing: messages that have not begun are left to it.
            term.removeCut();
            resign("stops; the standby is in step").handOver();
        } else if (heir.heldFrom() != Leadership.NEVER) {
            term.keepBefore(heir.heldFrom());
            resign("stops; the standby keeps messages from now on, so this member finishes the earlier ones").finishBefore();
        } else {
            if (heir.isToBeNoticed(self.roundTrip(), now)) {
                self.control.send(ControlMessage.of(ControlMessage.Type.RESIGNING, heir.notice(self.control::token, now))
                        .with("epoch", self.stream.epoch()));
            }
            onItsOwn = isOnItsOwn(now);
            if (onItsOwn) {
                finishAlone();
            }
        }
    }

    private Resigning<M> resign(String reason) {
        Resigning<M> resigning = new Resigning<>(self, term);
        self.become(resigning, reason);
        return resigning;
    }

    /** Whether there is no standby to hand over to, as far as this leader can see now. */
    private boolean isOnItsOwn(long now) {
        long patience = Math.max(HEIR_NANOS, 4 * self.acquireNanos);
        if (heir.isToBeLookedUp()) {
            return false;
        } else if (alone) {
            return term.isCut();
        } else if (heir.isPresent()) {
            return heir.isLate(patience, self.reports.readUpTo());
        }
        // A standby's JOIN may be behind messages for which this leader has no room yet.
        long until = seenStandby == 0 ? now : self.reports.readUpTo();
        return until - waitsSince >= patience;
    }

    /** Finishes the messages taken in so far, and keeps later ones, because a standby may join meanwhile. */
    private void finishAlone() {
        cut();
        term.pump();
        if (term.isCompleteBeforeCut()) {
            resign("stops; there is no standby, and all messages taken in are finished").resign(true);
        } else if (!self.effects.isIdle()) {
            self.effects.awaitIdle();
        }
    }

    private void cut() {
        if (!term.isCut()) {
            term.cutAt(self.stream.place());
            term.endHoldBack();
        }
    }

    @Override
    void drained(long now) {
        if (self.isStopping()) {
            resignIfPossible(now);
        }
    }

    @Override
    void giveUp(long now) {
        resign("stops; the time for the orderly stop is up").resign(false);
    }
}
