package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import org.jspecify.annotations.Nullable;

/** Takes in nothing more, finishes what has begun, or all before a place, and then gives the lock back. */
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
        // What has begun may take longer than others wait for a sign of life.
        if (!resigned) {
            term.report(now);
            if (self.effects.isIdle()) {
                finishBefore();
            }
        }
    }

    @Override
    void reported(String joinToken) {
        heir.answered(joinToken);
        if (term.isHeldBack()) {
            term.holdBackNoMoreThanNeeded();
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
        return null;
    }

    // ---- to the end

    /** The heir has got in step meanwhile: what has not begun is for the heir too. */
    private void handOverIfInStep() {
        if (self.isStopping() && term.isCut() && !resigned && heir.isReady()) {
            term.cutNowhere();
            handOver();
        }
    }

    /** What has not begun is for the heir. */
    void handOver() {
        term.takeBack();
        term.backlog.clear();
        self.effects.awaitIdle();
    }

    /** Finishes what is left for it. What must not begin yet is looked at again with the next tick. */
    void finishBefore() {
        term.pump();
        if (!self.effects.isIdle()) {
            self.effects.awaitIdle();
        } else if (term.backlog.isEmpty()) {
            resign(true);
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
