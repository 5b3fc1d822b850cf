package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;

/** Has left in an orderly way. */
final class Stopped<M> extends State<M> {

    Stopped(Member<M> self) {
        super(self);
    }

    @Override
    Role role() {
        return Role.STOPPED;
    }

    @Override
    boolean isBusy(long until) {
        return false;
    }

    @Override
    void giveUp(long now) {}
}
