package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.reading.Reader;
import io.github.pgpubsub.internal.log.reading.Ticket;
import io.github.pgpubsub.internal.log.reading.Window;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens, reads and closes a group's windows: in fewer round trips than the {@link io.github.pgpubsub.internal.log.reading.Reader} asks
 * for, where several of its requests can go together. Belongs to the reading thread.
 */
final class WindowEffects {

    /** After so many pages of a window that were cut by their limits the group counts as far behind. */
    private static final int FAR = 3;

    private final LogReader host;
    private final GroupEffects group;
    private final Shard shard;
    private final GroupOptions options;
    private final PageLimits firstPage;
    private final Linger linger;
    /** There is probably something to open a window for. */
    private boolean expecting = true;
    /** Null: none. */
    private @Nullable ReadAlong readAlong;
    /** A page that waits for memory. */
    private @Nullable Runnable heldPage;
    /** Pages of the open window so far that were cut by their limits. */
    private int cut;
    /** Counts the lost connections. */
    private long losses;

    WindowEffects(LogReader host, GroupEffects group, Shard shard, GroupOptions options) {
        this.host = host;
        this.group = group;
        this.shard = shard;
        this.options = options;
        this.linger = new Linger(options.batch(), shard.shards(), new Gathered(), System::nanoTime);
        ReadOptions reading = options.reading();
        this.firstPage = new PageLimits(Math.min(reading.pageRows(), reading.rows()),
                Math.min(reading.pageBytes(), reading.bytes()));
    }

    /** A writer has written, so that a window's first page is worth asking for. */
    void expect() {
        expecting = true;
    }

    Linger linger() {
        return linger;
    }

    void disconnected() {
        readAlong = null;
        heldPage = null;
        cut = 0;
        losses++;
        linger.forget();
    }

    /** Whether a page waits for memory. */
    boolean isPageHeld() {
        return heldPage != null;
    }

    /** Tries again to read a page that waits for memory. */
    void retryPage() {
        Runnable page = heldPage;
        if (page != null) {
            heldPage = null;
            page.run();
        }
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
        PageLimits first = expecting && hasMemory() ? firstPage : null;
        if (host.requests().last(group) instanceof Closing closing && closing.fence.equals(fence)
                && done.equals(closing.whole.upto())) {
            host.requests().replaceLast(group, List.of(closing.ticket, ticket), connection -> {
                Windows.Next next = connection.windows().next(shard, group.no(), fence, closing.whole, first);
                return () -> {
                    group.works();
                    opened(done, next.opening());
                    group.reader().acknowledged(closing.ticket, next.closed(), System.nanoTime());
                    group.reader().opened(ticket, next.opening().answer(), System.nanoTime());
                };
            });
            return;
        }
        host.requests().add(group, ticket, connection -> {
            Windows.Opening opening = connection.windows().open(shard, group.no(), fence, done, first);
            return () -> {
                group.works();
                opened(done, opening);
                group.reader().opened(ticket, opening.answer(), System.nanoTime());
            };
        });
    }

    private void opened(Bound done, Windows.Opening opening) {
        expecting = opening.answer() instanceof OpenAnswer.Opened;
        readAlong = null;
        cut = 0;
        if (opening.page() != null && opening.answer() instanceof OpenAnswer.Opened opened) {
            readAlong = new ReadAlong(new Window(done, opened.upto()), opening.page());
        }
    }

    /** Without memory for more, a page waits; but one message is always allowed. */
    void read(Ticket ticket, PageRequest request) {
        ReadAlong known = readAlong;
        readAlong = null;
        if (known != null && known.answers(request)) {
            host.requests().answer(() -> arrived(ticket, known.page));
            return;
        }
        if (hasMemory()) {
            readPage(ticket, request);
        } else if (group.reader().inHand() == 0) {
            readPage(ticket, new PageRequest(request.window(), request.part(), request.after(), request.last(), 1, 1));
        } else {
            heldPage = () -> read(ticket, request);
        }
    }

    private void readPage(Ticket ticket, PageRequest request) {
        if (cut < FAR || !host.readApart(shard, request, new Apart(ticket, request))) {
            readHere(ticket, request);
        }
    }

    private void readHere(Ticket ticket, PageRequest request) {
        host.requests().add(group, ticket, connection -> {
            Page<KeptRow> page = connection.windows().read(shard, request);
            return () -> {
                group.works();
                arrived(ticket, page);
            };
        });
    }

    private void arrived(Ticket ticket, Page<KeptRow> page) {
        cut += page.last() ? 0 : 1;
        group.reader().read(ticket, page, System.nanoTime());
    }

    private boolean hasMemory() {
        return !options.memory().isExceeded();
    }

    /** Counts the messages that gather for a window. */
    private final class Gathered implements Linger.Requests {

        @Override
        public void count(Ticket ticket, Bound done, int most, Consumer<Linger.Waiting> answer) {
            host.requests().add(group, ticket, connection -> {
                Linger.Waiting waiting = connection.windows().waiting(shard, done, most);
                return () -> {
                    group.works();
                    expecting |= waiting.count() > 0;
                    answer.accept(waiting);
                };
            });
        }

        @Override
        public void nothing(Ticket ticket) {
            host.requests().answer(() -> group.reader().opened(ticket, new OpenAnswer.Empty(), System.nanoTime()));
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
            Outcome outcome = connection.places().acknowledge(group.no(), fence, whole);
            return () -> group.reader().acknowledged(ticket, outcome, System.nanoTime());
        }
    }

    /** The answer to a page that is read apart, passed to the reading thread. What was asked for before a loss is forgotten. */
    private final class Apart implements FarPages.Answer {

        private final Ticket ticket;
        private final PageRequest request;
        private final long asked = losses;

        Apart(Ticket ticket, PageRequest request) {
            this.ticket = ticket;
            this.request = request;
        }

        @Override
        public void read(Page<KeptRow> page) {
            post(() -> {
                group.works();
                arrived(ticket, page);
            });
        }

        @Override
        public void refused(String error) {
            post(() -> group.refused(ticket, error));
        }

        @Override
        public void notRead() {
            post(() -> readHere(ticket, request));
        }

        private void post(Runnable answer) {
            host.post(() -> {
                if (asked == losses) {
                    answer.run();
                }
            });
        }
    }

    /** The first page of a window, which came when the window was opened. */
    private record ReadAlong(Window window, Page<KeptRow> page) {

        boolean answers(PageRequest request) {
            return request.after() == 0 && request.window().equals(window) && page.rows().size() <= request.rows();
        }
    }
}
