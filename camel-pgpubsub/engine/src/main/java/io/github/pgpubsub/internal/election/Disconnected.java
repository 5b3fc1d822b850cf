package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;

/** Has no stream. A stopping member that was alone finishes here the messages it has taken in. */
final class Disconnected<M> extends State<M> {

    /** Messages that a member that was alone still delivers. */
    private final Entries<M> backlog;

    Disconnected(Member<M> self) {
        super(self);
        this.backlog = self.newList();
    }

    @Override
    Role role() {
        return Role.DISCONNECTED;
    }

    @Override
    void stop(long now) {
        leaveIfPossible();
    }

    /** Finishes the messages of a stopping member that was alone; any other stopping member waits until it knows who leads. */
    void leaveIfPossible() {
        if (self.isStopping() && self.remnant.isOnlyHere() && !self.presence.isWithOthers()) {
            long first = self.remnant.entries().peek().place();
            backlog.addAll(self.remnant.entries());
            self.remnant.drop();
            self.effects.openUnfenced(first);
            pump();
        }
        if (self.isFreeToLeave()) {
            // Messages that had begun before the stream broke are finished first.
            self.effects.awaitIdle();
        }
    }

    private void pump() {
        while (!backlog.isEmpty() && self.hasRoom()) {
            self.effects.deliver(backlog.remove());
        }
    }

    @Override
    void drained(long now) {
        if (!backlog.isEmpty()) {
            pump();
            self.effects.awaitIdle();
        } else if (self.isGivingUp() || self.isFreeToLeave()) {
            self.finish();
        }
    }

    @Override
    void giveUp(long now) {
        self.giveUp(backlog, now);
    }

    @Override
    void discard() {
        backlog.clear();
    }
}
