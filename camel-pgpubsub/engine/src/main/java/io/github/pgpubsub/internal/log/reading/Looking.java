package io.github.pgpubsub.internal.log.reading;

import org.jspecify.annotations.Nullable;

/**
 * No window is open. Looks whether there is something to open one for; if not, tries to go to sleep; and if a writer is at
 * work, which keeps it from sleeping, looks again after a pause.
 */
final class Looking<M> extends InTerm<M> {

    private @Nullable Ticket looked;
    private @Nullable Ticket lock;
    private long lookAt;

    Looking(Reader<M> reader, Term<M> term) {
        super(reader, term);
    }

    @Override
    void begin(long now) {
        look();
    }

    private void look() {
        looked = reader.names.ticket();
        reader.effects.open(looked, term.fence, term.done());
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
        } else if (reader.options.wakeUp()) {
            lock = reader.names.ticket();
            reader.effects.lock(lock);
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
        if (ticket.equals(looked)) {
            looked = null;
            lookAt = reader.failedToRead(error, now);
        } else if (ticket.equals(lock)) {
            lock = null;
            lookAt = reader.failedToRead(error, now);
        } else {
            super.refused(ticket, error, now);
        }
    }

    @Override
    void woken(long now) {
        if (looked == null && lock == null) {
            look();
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
        if (looked == null && lock == null && now - lookAt >= 0) {
            look();
        }
    }

    @Override
    long waitNanos(long now) {
        return Math.min(term.retries.waitNanos(now),
                looked == null && lock == null ? Math.max(0, lookAt - now) : Reader.NEVER);
    }
}
