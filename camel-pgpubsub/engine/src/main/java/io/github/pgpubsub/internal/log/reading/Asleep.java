package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Holds the lock that says "nobody is awake": whoever writes from now on can't share it, and so notifies. Who wrote before has
 * either committed, and the look that begins the sleep sees it, or would have kept this reader from getting the lock. Keeps the
 * lock until there is something to read.
 */
final class Asleep<M> extends InTerm<M> {

    private @Nullable Ticket looked;
    private boolean again;
    private long lookAt;
    private boolean timed;
    /** A look was refused, and what wakes this reader does not end the pause before the next. */
    private boolean pausing;

    Asleep(Reader<M> reader, Term<M> term) {
        super(reader, term);
    }

    @Override
    void begin(long now) {
        look();
    }

    private void look() {
        looked = reader.names.ticket();
        again = false;
        pausing = false;
        reader.effects.open(looked, term.fence, term.done());
    }

    @Override
    void leave() {
        reader.effects.unlock();
    }

    @Override
    void opened(Ticket ticket, OpenAnswer answer, long now) {
        if (!ticket.equals(looked)) {
            return;
        }
        looked = null;
        reader.pauses.answered();
        if (answer instanceof OpenAnswer.Opened opened) {
            reader.opened(term, opened, now);
        } else if (answer instanceof OpenAnswer.Refused refused) {
            reader.refused(refused.outcome(), now);
        } else if (reader.isStopping()) {
            stop(now);
        } else if (again) {
            // Woken while it looked: whether before or after that look's snapshot, nobody knows.
            look();
        } else {
            Duration poll = reader.options.pollInterval();
            timed = poll != null;
            lookAt = poll == null ? now : now + poll.toNanos();
        }
    }

    @Override
    void woken(long now) {
        if (looked != null) {
            again = true;
        } else if (!pausing) {
            look();
        }
    }

    /** Nothing would end the sleep. A look that is under way is awaited, because it may have opened a window. */
    @Override
    void unheard(long now) {
        if (looked == null && !pausing) {
            reader.become(new Looking<>(reader, term), now);
        }
    }

    @Override
    void refused(Ticket ticket, String error, long now) {
        if (ticket.equals(looked)) {
            looked = null;
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
            timed = true;
            pausing = true;
            lookAt = reader.failedToRead(error, now);
        }
    }

    /** What is being opened is opened first, and given back untouched. */
    @Override
    void stop(long now) {
        if (looked == null) {
            super.stop(now);
        }
    }

    @Override
    void tick(long now) {
        term.retries.tick(now);
        if (looked == null && timed && now - lookAt >= 0) {
            look();
        }
    }

    @Override
    long waitNanos(long now) {
        return Math.min(term.retries.waitNanos(now), looked == null && timed ? Math.max(0, lookAt - now) : Reader.NEVER);
    }
}
