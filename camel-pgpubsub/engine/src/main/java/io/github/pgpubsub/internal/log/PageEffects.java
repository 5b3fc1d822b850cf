package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.Siblings.Sibling;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.reading.Ticket;
import io.github.pgpubsub.internal.log.reading.Window;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gets the pages of a group's windows. The first one comes when the window is opened, shards with the same window share the others, and any
 * other page is read for this shard alone. Belongs to the reading thread.
 */
final class PageEffects {

    private final LogReader host;
    private final GroupEffects group;
    private final Shard shard;
    private final GroupOptions options;
    private final PageLimits firstPage;
    private final PageReads reads;
    private final Sibling sibling;
    /** Of the group's shards in this process; without shards, and while nothing is read, there are no others. */
    private Siblings siblings = new Siblings();
    /** Null: none. */
    private @Nullable ReadAlong readAlong;
    /** A page that waits for memory. */
    private @Nullable Runnable heldPage;

    PageEffects(LogReader host, GroupEffects group, Shard shard, GroupOptions options) {
        this.host = host;
        this.group = group;
        this.shard = shard;
        this.options = options;
        this.reads = new PageReads(host, group, shard);
        this.sibling = new Sibling(shard.shard());
        ReadOptions reading = options.reading();
        this.firstPage = new PageLimits(Math.min(reading.pageRows(), reading.rows()),
                Math.min(reading.pageBytes(), reading.bytes()));
    }

    /** From now on the group is read. */
    void join() {
        if (shard.shards() > 1) {
            siblings = host.siblings(shard);
        }
        siblings.join(sibling);
    }

    void leave() {
        siblings.leave(sibling);
        siblings = new Siblings();
    }

    /** A leadership begins or ends: what was asked for is not wanted any more. */
    void forget() {
        siblings.forget(sibling);
        readAlong = null;
        heldPage = null;
        reads.windowBegins();
    }

    void disconnected() {
        forget();
        reads.disconnected();
    }

    // ---- windows

    /** The reader looks for a window that begins there. */
    void isAt(Bound done) {
        siblings.isAt(sibling, group.no(), done);
    }

    /** The end of another shard's window with which this one may end its next window; null: none. */
    @Nullable
    Bound sharedEnd(Bound done) {
        return siblings.after(done);
    }

    /** Of the places that may have that end. */
    List<Long> siblingsPlaces() {
        return siblings.places();
    }

    /**
     * A window is about to be opened.
     *
     * @param expecting whether its first page is worth asking for
     */
    First first(Bound done, boolean expecting) {
        Set<Sibling> takers = siblings.takers(sibling, done);
        PageLimits limits = expecting && hasMemory() ? SharedPages.limits(firstPage, takers.size()) : null;
        return new First(takers, limits, siblings.begin());
    }

    /**
     * The answer to that.
     *
     * @param window null: none is open
     * @param page   its first one; null: it was not asked for
     * @param first  what was asked for; null: the window ends where another shard's does
     */
    void opened(@Nullable Window window, @Nullable Page<KeptRow> page, @Nullable First first) {
        readAlong = null;
        reads.windowBegins();
        if (window != null) {
            begins(window, page, first);
        }
    }

    private void begins(Window window, @Nullable Page<KeptRow> page, @Nullable First first) {
        siblings.has(sibling, window);
        if (first != null) {
            siblings.opened(window.upto(), first.number);
        }
        if (page == null || first == null) {
            return;
        }
        if (first.takers.size() > 1) {
            siblings.share(window, shard.shards(), first.takers, options.memory()).read(page);
        } else {
            readAlong = new ReadAlong(window, page);
        }
    }

    // ---- pages

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

    /** Without memory for more, a page waits; but one message is always allowed. */
    void read(Ticket ticket, PageRequest request) {
        ReadAlong known = readAlong;
        readAlong = null;
        if (known != null && known.answers(request)) {
            host.requests().answer(() -> reads.arrived(ticket, known.page));
            return;
        }
        SharedPages shared = shared(request);
        if (shared == null) {
            readAlone(ticket, request);
        } else if (!takes(shared, ticket, request)) {
            if (hasMemory() && shared.isFor(sibling)) {
                shared.await(sibling, () -> goOn(shared, ticket, request));
                reads.readNext(shared, request);
            } else {
                readAlone(ticket, request);
            }
        }
    }

    /** Whether its part of a page was there. */
    private boolean takes(SharedPages shared, Ticket ticket, PageRequest request) {
        Page<KeptRow> page = shared.take(sibling, request);
        if (page != null) {
            host.requests().answer(() -> reads.arrived(ticket, page));
        }
        return page != null;
    }

    /** The shared page is there, or is not going to be: then nothing is shared again. */
    private void goOn(SharedPages shared, Ticket ticket, PageRequest request) {
        if (!takes(shared, ticket, request)) {
            readAlone(ticket, request);
        }
    }

    private void readAlone(Ticket ticket, PageRequest request) {
        if (hasMemory()) {
            reads.read(ticket, request);
        } else if (group.reader().inHand() == 0) {
            reads.read(ticket, new PageRequest(request.window(), request.part(), request.after(), request.last(), 1, 1));
        } else {
            heldPage = () -> readAlone(ticket, request);
        }
    }

    /** The pages of this window that several shards read together; null: this one reads by itself. */
    private @Nullable SharedPages shared(PageRequest request) {
        Window window = request.window();
        siblings.has(sibling, window);
        SharedPages shared = siblings.pages(window);
        if (shared != null || request.after() > 0 || !hasMemory()) {
            return shared != null && shared.isFor(sibling) ? shared : null;
        }
        Set<Sibling> takers = siblings.takers(sibling, window.done());
        return takers.size() > 1 ? siblings.share(window, shard.shards(), takers, options.memory()) : null;
    }

    /** What siblings have not taken yet is the first to be given up. */
    private boolean hasMemory() {
        if (options.memory().isExceeded()) {
            siblings.shed();
        }
        return !options.memory().isExceeded();
    }

    /**
     * What goes with the opening of a window.
     *
     * @param takers for whom its first page is
     * @param limits of this page; null: none is wanted
     * @param number of the opening
     */
    record First(Set<Sibling> takers, @Nullable PageLimits limits, long number) {

        Windows.@Nullable FirstPage page() {
            return limits == null ? null
                    : new Windows.FirstPage(takers.stream().map(each -> each.shard).collect(Collectors.toSet()), limits);
        }
    }

    /** The first page of a window, which came when the window was opened. */
    private record ReadAlong(Window window, Page<KeptRow> page) {

        boolean answers(PageRequest request) {
            return request.after() == 0 && request.window().equals(window) && page.rows().size() <= request.rows();
        }
    }
}
