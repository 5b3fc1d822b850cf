package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.util.List;

/** A state in which the place is this reader's, as far as it knows. */
abstract class InTerm<M> extends State<M> {

    final Term<M> term;

    InTerm(Reader<M> reader, Term<M> term) {
        super(reader);
        this.term = term;
    }

    @Override
    void end() {
        boolean gapUntold = term.withdraw();
        reader.leaves(term.remnant(), gapUntold);
    }

    @Override
    void acknowledged(Ticket ticket, Outcome outcome, long now) {
        if (!term.acknowledging.isAnswerTo(ticket)) {
            // The answer to a later one is awaited. If this one was refused, that one is, too.
            return;
        }
        if (outcome != Outcome.MOVED) {
            reader.refused(outcome, now);
        } else {
            term.acknowledging.answered();
            if (term.acknowledging.wasWhole()) {
                term.closed();
            }
            tick(now);
        }
    }

    @Override
    void parked(Ticket ticket, Outcome outcome, long now) {
        if (!term.retries.isParking(ticket)) {
            return;
        }
        if (outcome == Outcome.MOVED) {
            term.retries.parked(ticket);
            progressed(now);
        } else {
            reader.refused(outcome, now);
        }
    }

    @Override
    void refused(Ticket ticket, String error, long now) {
        if (term.acknowledging.isAnswerTo(ticket)) {
            reader.effects.report(Incident.REQUEST_FAILED, error);
            term.acknowledging.failed(now);
        } else if (term.retries.isParking(ticket)) {
            reader.effects.report(Incident.REQUEST_FAILED, error);
            term.retries.notParked(ticket, now);
        }
    }

    @Override
    void progressed(long now) {
        tick(now);
    }

    @Override
    void failed(List<Delivery<M>> batch, long now) {
        if (batch.get(0).fence().equals(term.fence)) {
            term.failed(batch, now);
            progressed(now);
        } else {
            super.failed(batch, now);
        }
    }

    @Override
    void stop(long now) {
        reader.become(new Releasing<>(reader, term, false), now);
    }
}
