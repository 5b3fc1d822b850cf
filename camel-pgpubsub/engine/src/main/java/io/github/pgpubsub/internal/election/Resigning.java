package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import org.jspecify.annotations.Nullable;

/** Begins no new messages: finishes the messages that have begun, or all before the cut, and then releases the leader's lock. */
final class Resigning<M> extends InTerm<M> {

    private boolean resigned;

    Resigning(Member<M> self, Term<M> term) {
        super(self, term);
    }

    @Override
    Role role() {
        return Role.RESIGNING;
    }

    @Override
    boolean ready() {
        term.pump();
        return true;
    }

    @Override
    void heirHasSpoken(long now) {
        handOverIfInStep();
    }

    @Override
    void tick(long now) {
        // The messages that have begun may take longer than other members wait for a sign of life.
        if (!resigned) {
            term.report(now);
            finishIfIdle();
        }
    }

    @Override
    void reported(String joinToken) {
        heir.answered(joinToken);
        if (term.isHeldBack()) {
            term.updateHoldBack();
            finishBefore();
        }
    }

    @Override
    @Nullable
    ControlMessage signOfLife(int connection, long now) {
        if (heir.isToBeLookedUp()) {
            self.locks.lookUp(now);
        }
        handOverIfInStep();
        if (!resigned) {
            finishIfIdle();
        }
        return null;
    }

    // ---- the end

    /** The standby has got in step meanwhile: the messages before the cut that have not begun are left to it, too. */
    private void handOverIfInStep() {
        if (self.isStopping() && term.isCut() && !resigned && heir.isReady()) {
            term.removeCut();
            handOver();
        }
    }

    /** Leaves the messages that have not begun to the standby. */
    void handOver() {
        term.takeBack();
        term.backlog.clear();
        self.effects.awaitIdle();
    }

    /** Finishes the messages before the cut. The next tick tries again those that must not begin yet. */
    void finishBefore() {
        term.pump();
        if (!self.effects.isIdle()) {
            self.effects.awaitIdle();
        } else if (term.backlog.isEmpty()) {
            resign(true);
        }
    }

    private void finishIfIdle() {
        if (self.effects.isIdle()) {
            finishBefore();
        }
    }

    @Override
    void drained(long now) {
        finishBefore();
    }

    @Override
    void giveUp(long now) {
        resign(false);
    }

    void resign(boolean everythingIsDone) {
        if (!resigned) {
            resigned = true;
            self.control.send(term.lastReport(everythingIsDone));
        }
    }

    @Override
    void unlocked() {
        self.control.send(ControlMessage.of(ControlMessage.Type.VACANT, self.control.token()));
    }
}
