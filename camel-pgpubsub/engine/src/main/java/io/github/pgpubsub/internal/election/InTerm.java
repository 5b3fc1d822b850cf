package io.github.pgpubsub.internal.election;

/** What a leader does throughout its term, whether it takes in messages or resigns. */
abstract class InTerm<M> extends State<M> {

    final Term<M> term;
    final Heir heir;

    InTerm(Member<M> self, Term<M> term) {
        super(self);
        this.term = term;
        this.heir = term.heir;
    }

    @Override
    int leader() {
        return self.backend();
    }

    @Override
    long leaderSince() {
        return term.since();
    }

    @Override
    void showsLife(int sender, ControlMessage message, long now) {
        if (heir.is(sender)) {
            term.heirSays(message, now);
            heirHasSpoken(now);
        }
    }

    /** The standby has answered, and may be ready now. */
    abstract void heirHasSpoken(long now);

    @Override
    void challenged(long now) {
        self.reports.want();
    }

    @Override
    void ownCameBy(ControlMessage message, long now) {
        if (message.type() == ControlMessage.Type.PROGRESS) {
            term.progressCameBy(message);
        } else if (message.type() == ControlMessage.Type.RESIGNING) {
            heir.noticeCameBy(message.token(), self.stream.place(), now);
        }
    }

    @Override
    void broke(long lastProof, long now) {
        term.broke(lastProof, now);
    }

    @Override
    void discard() {
        term.backlog.clear();
    }
}
