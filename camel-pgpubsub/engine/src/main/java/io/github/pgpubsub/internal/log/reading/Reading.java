package io.github.pgpubsub.internal.log.reading;

import org.jspecify.annotations.Nullable;

/** A window is open: reads its pages as there is room, hands out, acknowledges, and closes it when all of it is complete. */
final class Reading<M> extends InTerm<M> {

    private final Window window;
    private PageRequest.Part part;
    /** The window is handed out up to this id. */
    private long after;
    private boolean exhausted;
    private @Nullable Ticket asked;
    private long readAt;

    /** @param lastId up to this id it is complete */
    Reading(Reader<M> reader, Term<M> term, Window window, long lastId) {
        super(reader, term);
        this.window = window;
        this.part = window.firstPart(lastId);
        this.after = window.before(part, lastId);
    }

    @Override
    void begin(long now) {
        readAt = now;
        tick(now);
    }

    @Override
    void tick(long now) {
        term.retries.tick(now);
        if (exhausted && reader.hand.isEmpty()) {
            term.close(window, now);
            // In the same round trip: what follows is looked for, and refused if the end was not acknowledged.
            reader.become(new Looking<>(reader, term), now);
            return;
        }
        term.acknowledging.tick(window, now);
        if (!exhausted && asked == null && now - readAt >= 0 && hasRoom()) {
            readPage();
        }
    }

    /** Read when half is free, so that pages are large. One message always has room. */
    private boolean hasRoom() {
        return reader.hand.isEmpty()
                || (reader.hand.size() <= reader.options.rows() / 2 && reader.hand.bytes() <= reader.options.bytes() / 2);
    }

    private void readPage() {
        int rows = Math.min(reader.options.pageRows(), reader.options.rows() - reader.hand.size());
        long bytes = Math.min(reader.options.pageBytes(), reader.options.bytes() - reader.hand.bytes());
        asked = reader.names.ticket();
        reader.effects.read(asked, new PageRequest(window, part, after, window.lastOf(part), Math.max(1, rows), bytes));
    }

    @Override
    void read(Ticket ticket, Page<M> page, long now) {
        if (!ticket.equals(asked)) {
            return;
        }
        asked = null;
        reader.pauses.answered();
        part = page.part();
        for (Page.Row<M> row : page.rows()) {
            assert row.id().id() > after : row.id() + " after " + after;
            after = row.id().id();
            term.deliver(row, window);
        }
        after = window.before(part, after);
        if (page.last() && part == PageRequest.Part.STRAGGLERS) {
            part = PageRequest.Part.REST;
            after = window.before(part, after);
        } else if (page.last()) {
            exhausted = true;
        }
        tick(now);
    }

    @Override
    void refused(Ticket ticket, String error, long now) {
        if (ticket.equals(asked)) {
            asked = null;
            readAt = reader.failedToRead(error, now);
        } else {
            super.refused(ticket, error, now);
        }
    }

    @Override
    boolean handsOutMore() {
        return !exhausted && !term.retries.isHolding() && (asked != null || hasRoom());
    }

    @Override
    long waitNanos(long now) {
        long read = !exhausted && asked == null && hasRoom() ? Math.max(0, readAt - now) : Reader.NEVER;
        return Math.min(read, Math.min(term.retries.waitNanos(now), term.acknowledging.waitNanos(now)));
    }

    @Override
    void stop(long now) {
        reader.become(new Releasing<>(reader, term, exhausted), now);
    }
}
