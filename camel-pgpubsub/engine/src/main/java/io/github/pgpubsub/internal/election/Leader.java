package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes messages in, reports how far it is, and, once it stops, looks for somebody to hand over to. */
final class Leader<M> extends InTerm<M> {

    /** How long a stopping leader waits for a standby to join, and for its answer. */
    private static final long HEIR_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** Interval at which a stopping leader looks whether there is a standby. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    // ---- as stopping leader
    private boolean othersKnown;
    private boolean alone;
    /** The standby it waits for, and since when; 0: any. */
    private int seenStandby;
    private long waitsSince;
    /** When it had read all that was sent before {@link #waitsSince}; NEVER: not yet. */
    private long caughtUpAt = Leadership.NEVER;
    private long nextLook;

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

    /** The role is entered; messages may begin. */
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
        // While stopping, and while a standby is answered, keep reading even if the queue is full: what is waited for
        // arrives in the stream.
        return term.backlog.isEmpty() || ((self.isStopping() || term.isHeldBack()) && !term.backlog.isMemoryExceeded());
    }

    /** No more can be kept, and what is waited for may lie behind that: then this leader goes on. */
    private void makeProgress() {
        term.holdBackNothing();
        if (term.isCut() && !alone) {
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
        boolean latest = message.type() == ControlMessage.Type.PROGRESS && self.reports.isLatest(message.token());
        if (latest && self.isStopping() && caughtUpAt == Leadership.NEVER && self.reports.sentAt() - waitsSince >= 0) {
            caughtUpAt = now;
        }
    }

    @Override
    void tick(long now) {
        term.pump();
        if (heir.isToBeLookedUp()) {
            self.locks.lookUp(now);
        }
        term.report(now);
        if (self.leaderTimeout != 0) {
            self.watch(self.watchedStandby, Lock.STANDBY, self.leaderTimeout, now);
        }
        if (self.isStopping()) {
            lookAround(now);
            resignIfPossible(now);
        }
    }

    @Override
    void polled(Poll poll, long now) {
        self.watchedStandby.watch(poll.standby(), now);
        Places.Place join = heir.holds(poll.standby());
        if (join != null) {
            self.stream.places.add(join);
            self.watchedStandby.heard(now);
            self.reports.want();
        }
        holdBackNoMoreThanNeeded();
        if (self.isStopping()) {
            othersKnown = true;
            alone = poll.members() <= 1 && poll.standby() == 0;
            if (poll.standby() != seenStandby) {
                // Its JOIN is on the way.
                seenStandby = poll.standby();
                waitFor(now);
            }
            resignIfPossible(now);
        }
        if (self.state().role() == Role.LEADER) {
            term.report(now);
        }
    }

    private void holdBackNoMoreThanNeeded() {
        if (term.isHeldBack()) {
            term.holdBackNoMoreThanNeeded();
            term.pump();
        }
    }

    @Override
    void reported(String joinToken) {
        heir.answered(joinToken);
        holdBackNoMoreThanNeeded();
    }

    // ---- while the stream is not read

    @Override
    @Nullable
    ControlMessage signOfLife(int connection, long now) {
        if (heir.isToBeLookedUp()) {
            self.locks.lookUp(now);
        }
        if (self.isStopping()) {
            lookAround(now);
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
        if (self.signs.isToBeAnnounced(standby)) {
            self.control.send(term.progress(term.completeBefore(), now));
        }
    }

    // ---- leaving

    @Override
    void stop(long now) {
        seenStandby = 0;
        waitFor(now);
        nextLook = now;
        lookAround(now);
    }

    private void waitFor(long now) {
        waitsSince = now;
        caughtUpAt = Leadership.NEVER;
    }

    /** Whether there is somebody to hand over to changes while the leader stops. */
    private void lookAround(long now) {
        if (now - nextLook >= 0) {
            nextLook = now + LOOK_NANOS + 4 * self.roundTrip();
            self.locks.ask(null, now);
        }
    }

    private void resignIfPossible(long now) {
        if (self.state().role() != Role.LEADER) {
            return;
        }
        if (!othersKnown) {
            self.locks.ask(null, now);
        } else if (heir.isReady()) {
            // The heir has it all and drops nothing: what has not begun is for the heir.
            term.cutNowhere();
            resign("stops; the standby is in step").handOver();
        } else if (heir.heldFrom() != Leadership.NEVER) {
            term.keepBefore(heir.heldFrom());
            resign("stops; the standby keeps what comes from now on, so it finishes what came before").finishBefore();
        } else {
            if (heir.isToBeNoticed(self.roundTrip(), now)) {
                self.control.send(ControlMessage.of(ControlMessage.Type.RESIGNING, heir.notice(self.control::token, now))
                        .with("epoch", self.stream.epoch()));
            }
            if (isOnItsOwn(now)) {
                finishAlone();
            }
        }
    }

    private Resigning<M> resign(String reason) {
        Resigning<M> resigning = new Resigning<>(self, term);
        self.become(resigning, reason);
        return resigning;
    }

    /** Whether there is nobody to hand over to, as far as can be seen now. */
    private boolean isOnItsOwn(long now) {
        long patience = Math.max(HEIR_NANOS, 4 * self.acquireNanos);
        if (alone) {
            return true;
        } else if (heir.isPresent()) {
            return heir.isLate(patience, now);
        }
        // A standby's JOIN may lie behind messages that this leader has no room for yet.
        long since = seenStandby == 0 ? waitsSince : caughtUpAt;
        return since != Leadership.NEVER && now - since >= patience;
    }

    /** Finishes what it has taken in, and keeps what comes meanwhile, for somebody may join before that is done. */
    private void finishAlone() {
        if (!term.isCut()) {
            term.cutAt(self.stream.place());
            term.holdBackNothing();
            term.pump();
        }
        if (term.isCompleteBeforeCut()) {
            resign("stops; there is no standby, and all that it took in is finished").resign(true);
        } else if (!self.effects.isIdle()) {
            self.effects.awaitIdle();
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
        resign("stops; its time is up").resign(false);
    }
}
