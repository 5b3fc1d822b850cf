package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The orderly end: finishes what has begun, also the parking of messages, acknowledges exactly that, and gives the place back. */
final class Releasing<M> extends InTerm<M> {

    private final boolean exhausted;
    private @Nullable Ticket asked;

    /** @param exhausted whether all of the window was handed out */
    Releasing(Reader<M> reader, Term<M> term, boolean exhausted) {
        super(reader, term);
        this.exhausted = exhausted;
    }

    @Override
    void begin(long now) {
        term.withdraw();
        progressed(now);
    }

    @Override
    void progressed(long now) {
        if (asked == null && reader.hand.isIdle() && !term.retries.isHolding()) {
            asked = release(now);
        }
    }

    private Ticket release(long now) {
        boolean whole = exhausted && reader.hand.isEmpty();
        // What failed and would be tried again has been handed out and is not complete.
        boolean exact = reader.hand.isIdle() && reader.hand.begunUpTo() <= reader.hand.watermark();
        return term.release(whole, exact, now);
    }

    @Override
    void acknowledged(Ticket ticket, Outcome outcome, long now) {
        if (ticket.equals(asked)) {
            // Also if it is refused: then nothing is left to do here.
            reader.become(new Stopped<>(reader), now);
        }
    }

    @Override
    void refused(Ticket ticket, String error, long now) {
        if (ticket.equals(asked)) {
            reader.effects.report(Incident.REQUEST_FAILED, error);
            reader.become(new Stopped<>(reader), now);
        } else if (term.retries.isParking(ticket)) {
            reader.effects.report(Incident.REQUEST_FAILED, error);
            term.retries.notParkedAtTheEnd(ticket);
            progressed(now);
        }
    }

    /** What fails now is neither retried nor parked any more: it is the next leadership's. */
    @Override
    void failed(List<Delivery<M>> batch, long now) {
        giveBackOrSkip(batch);
        progressed(now);
    }

    @Override
    void stop(long now) {}

    /** What is complete by now is still acknowledged: before that, the lead must not be given back. */
    @Override
    void giveUp(long now) {
        if (asked == null) {
            asked = release(now);
        }
    }
}
