package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import org.jspecify.annotations.Nullable;

/**
 * No window is open, once the end of the last one is acknowledged. Looks whether there is something to open one for; if not, tries to go to
 * sleep; and if a writer is at work, which keeps it from sleeping, looks again after a pause.
 */
final class Looking<M> extends InTerm<M> {

    private @Nullable Ticket looked;
    private @Nullable Ticket lock;
    private long lookAt;
    /** A request was refused, and what wakes this reader does not end the pause before the next. */
    private boolean pausing;

    Looking(Reader<M> reader, Term<M> term) {
        super(reader, term);
    }

    @Override
    void begin(long now) {
        look(now);
    }

    /** If the server refused to close the last window, that comes first again. */
    private void look(long now) {
        pausing = false;
        term.closeIfOpen(now);
        looked = reader.names.ticket();
        reader.effects.open(looked, term.fence, term.done());
    }

    @Override
    void opened(Ticket ticket, OpenAnswer answer, long now) {
        if (!ticket.equals(looked)) {
            return;
        }
        looked = null;
        if (answer instanceof OpenAnswer.Empty empty) {
            term.deliverRestOfGap(empty.missed());
        }
        if (answer instanceof OpenAnswer.Empty && reader.options.wakeUp() && !reader.isStopping()) {
            lock = reader.names.ticket();
            reader.effects.lock(lock);
            return;
        }
        reader.pauses.answered();
        if (answer instanceof OpenAnswer.Opened opened) {
            reader.opened(term, opened, now);
        } else if (answer instanceof OpenAnswer.Refused refused) {
            reader.refused(refused.outcome(), now);
        } else if (reader.isStopping()) {
            stop(now);
        } else {
            assert reader.options.pollInterval() != null;
            lookAt = now + reader.options.pollInterval().toNanos();
        }
    }

    @Override
    void locked(Ticket ticket, boolean held, long now) {
        if (!ticket.equals(lock)) {
            return;
        }
        lock = null;
        // Not before: the lock may be refused again and again although each look succeeds.
        reader.pauses.answered();
        if (held) {
            reader.become(new Asleep<>(reader, term), now);
        } else {
            lookAt = now + reader.pauses.nextLook();
        }
    }

    /** The lock that was asked for may be held by now, and nobody would wait for its answer. */
    @Override
    void leave() {
        if (lock != null) {
            reader.effects.unlock();
        }
    }

    @Override
    void refused(Ticket ticket, String error, long now) {
        if (term.acknowledging.isAnswerTo(ticket)) {
            // Usually it is one statement with the look that followed. If not, the look's answer tells nothing.
            term.notClosed(now);
            looked = null;
            failed(error, now);
        } else if (ticket.equals(looked)) {
            looked = null;
            failed(error, now);
        } else if (ticket.equals(lock)) {
            lock = null;
            failed(error, now);
        } else {
            super.refused(ticket, error, now);
        }
    }

    private void failed(String error, long now) {
        if (reader.isStopping()) {
            reader.effects.report(Incident.REQUEST_FAILED, error);
            stop(now);
        } else {
            pausing = true;
            lookAt = reader.failedToRead(error, now);
        }
    }

    @Override
    void woken(long now) {
        if (looked == null && lock == null && !pausing) {
            look(now);
        }
    }

    /** What is being opened is opened first, and given back untouched. All of a window that could not be closed is complete. */
    @Override
    void stop(long now) {
        if (looked == null) {
            reader.become(new Releasing<>(reader, term, term.windowEnd() != null), now);
        }
    }

    @Override
    void tick(long now) {
        term.retries.tick(now);
        if (looked == null && lock == null && now - lookAt >= 0) {
            look(now);
        }
    }

    @Override
    long waitNanos(long now) {
        return Math.min(term.retries.waitNanos(now),
                looked == null && lock == null ? Math.max(0, lookAt - now) : Reader.NEVER);
    }
}
