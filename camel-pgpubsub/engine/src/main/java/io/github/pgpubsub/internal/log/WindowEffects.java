package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Reader;
import io.github.pgpubsub.internal.log.reading.Ticket;
import io.github.pgpubsub.internal.log.reading.Window;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes a group's windows: in fewer round trips than the {@link io.github.pgpubsub.internal.log.reading.Reader} asks
 * for, where several of its requests can go together. Belongs to the reading thread.
 */
final class WindowEffects {

    private final LogReader host;
    private final GroupEffects group;
    private final Shard shard;
    private final PageEffects pages;
    private final Linger linger;
    /** There is probably something to open a window for. */
    private boolean expecting = true;
    /** The last attempt to open a window was refused, perhaps for its first page. */
    private boolean isPageSuspect;

    WindowEffects(LogReader host, GroupEffects group, Shard shard, GroupOptions options) {
        this.host = host;
        this.group = group;
        this.shard = shard;
        this.pages = new PageEffects(host, group, shard, options);
        this.linger = new Linger(options.batch(), shard.shards(), new Gathered(), System::nanoTime);
    }

    /** A writer has written, so that a window's first page is worth asking for. */
    void expect() {
        expecting = true;
    }

    Linger linger() {
        return linger;
    }

    void disconnected() {
        linger.forget();
        expecting = true;
        isPageSuspect = false;
        pages.disconnected();
    }

    PageEffects pages() {
        return pages;
    }

    /** Acknowledges a whole window. */
    void close(Ticket ticket, Fence fence, Acknowledgement whole) {
        host.requests().add(group, ticket, new Closing(ticket, fence, whole));
    }

    /** At once, or when a batch has gathered. */
    void open(Ticket ticket, Fence fence, Bound done) {
        linger.before(ticket, done, () -> openNow(ticket, fence, done));
    }

    /** With the window's first page, in the same round trip, if something is expected to be in it. */
    private void openNow(Ticket ticket, Fence fence, Bound done) {
        pages.isAt(done);
        if (host.requests().last(group) instanceof Closing closing && closing.fence.equals(fence)
                && done.equals(closing.whole.upto())) {
            host.requests().replaceLast(group, List.of(closing.ticket, ticket), connection -> {
                Windows.Next next = next(connection.windows(), fence, closing.whole, done);
                return () -> {
                    group.works();
                    group.reader().acknowledged(closing.ticket, next.closed(), System.nanoTime());
                    group.reader().opened(ticket, next.opening().answer(), System.nanoTime());
                };
            });
            return;
        }
        host.requests().add(group, ticket, connection -> {
            Windows.Opening opening = open(connection.windows(), fence, done);
            return () -> {
                group.works();
                group.reader().opened(ticket, opening.answer(), System.nanoTime());
            };
        });
    }

    private Windows.Next next(Windows windows, Fence fence, Acknowledgement whole, Bound done) throws SQLException {
        Bound end = pages.sharedEnd(done);
        OpenAnswer there = end == null ? null : windows.nextUpTo(end, pages.siblingsPlaces(), group.no(), fence, whole);
        if (there != null) {
            Outcome closed = there instanceof OpenAnswer.Refused refused ? refused.outcome() : Outcome.MOVED;
            return new Windows.Next(closed, opened(done, new Windows.Opening(there, null), null));
        }
        PageEffects.First first = firstPage(done);
        Windows.Next next = withFirstPage(() -> windows.next(shard, group.no(), fence, whole, first.page()));
        opened(done, next.opening(), first);
        return next;
    }

    private Windows.Opening open(Windows windows, Fence fence, Bound done) throws SQLException {
        Bound end = pages.sharedEnd(done);
        OpenAnswer there = end == null ? null : windows.openUpTo(end, pages.siblingsPlaces(), group.no(), fence, done);
        if (there != null) {
            return opened(done, new Windows.Opening(there, null), null);
        }
        PageEffects.First first = firstPage(done);
        return opened(done, withFirstPage(() -> windows.open(shard, group.no(), fence, done, first.page())), first);
    }

    private PageEffects.First firstPage(Bound done) {
        return pages.first(done, expecting && !isPageSuspect);
    }

    /** If the server refuses it, the next attempt does without the page, which may be what it refuses. */
    private <T> T withFirstPage(JdbcTransaction.Work<T> opening) throws SQLException {
        isPageSuspect = true;
        T opened = opening.run();
        isPageSuspect = false;
        return opened;
    }

    /** @param first null: it was opened with the end of another shard's window */
    private Windows.Opening opened(Bound done, Windows.Opening opening, PageEffects.@Nullable First first) {
        expecting = opening.answer() instanceof OpenAnswer.Opened;
        // Since it was asked for, the lead may have been lost.
        pages.opened(
                group.reader().isInTerm() && opening.answer() instanceof OpenAnswer.Opened opened
                        ? new Window(done, opened.upto()) : null,
                opening.page(), first);
        return opening;
    }

    /** Counts the messages that gather for a window. */
    private final class Gathered implements Linger.Requests {

        @Override
        public void count(Ticket ticket, Bound done, int most, Consumer<Linger.Waiting> answer) {
            host.requests().add(group, ticket, connection -> {
                Linger.Waiting waiting = connection.windows().waiting(shard, done, most);
                return () -> {
                    // That the server counts does not mean that it opens a window: trouble stays.
                    expecting |= waiting.count() > 0;
                    answer.accept(waiting);
                };
            });
        }

        @Override
        public void nothing(Ticket ticket) {
            host.requests().answer(() -> group.reader().opened(ticket, new OpenAnswer.Empty(0), System.nanoTime()));
        }
    }

    /** A window is complete. The next one is usually looked for at once, and then opened by the same statement. */
    private final class Closing implements RequestQueue.Request {

        private final Ticket ticket;
        private final Fence fence;
        private final Acknowledgement whole;

        Closing(Ticket ticket, Fence fence, Acknowledgement whole) {
            this.ticket = ticket;
            this.fence = fence;
            this.whole = whole;
        }

        @Override
        public Runnable run(LogConnection connection) throws SQLException {
            Outcome outcome;
            try {
                outcome = connection.places().acknowledge(group.no(), fence, whole);
            } catch (SQLException e) {
                // The reader looks no further before the window is closed.
                linger.forget();
                throw e;
            }
            return () -> group.reader().acknowledged(ticket, outcome, System.nanoTime());
        }
    }
}
