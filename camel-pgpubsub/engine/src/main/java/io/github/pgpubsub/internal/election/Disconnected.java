package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;

/** Without a stream. A stopping member that was alone finishes here what it has taken in. */
final class Disconnected<M> extends State<M> {

    /** What a member that was alone still delivers. */
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

    /** A member that was alone finishes what it has taken in; any other waits to learn who leads. */
    void leaveIfPossible() {
        if (self.isStopping() && self.remnant.isOnlyHere() && !self.presence.isWithOthers()) {
            long first = self.remnant.entries().peek().place();
            backlog.addAll(self.remnant.entries());
            self.remnant.drop();
            self.effects.openUnfenced(first);
            pump();
        }
        if (self.isFreeToLeave()) {
            // What has begun before the stream broke is finished before the end.
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
