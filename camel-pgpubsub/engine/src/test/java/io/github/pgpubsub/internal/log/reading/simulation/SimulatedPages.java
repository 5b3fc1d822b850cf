package io.github.pgpubsub.internal.log.reading.simulation;

import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.PageRequest.Part;
import io.github.pgpubsub.internal.log.reading.Window;
import io.github.pgpubsub.kept.KeptMessageId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The statements that read windows. */
final class SimulatedPages {

    private static final long ROW_BYTES = 10;
    /** In worlds that read in another order a row's number in its window stands for its id; so many numbers a window has. */
    private static final long NUMBERS = 10_000;

    private final SimulatedServer server;
    private final Break broken;
    private final RandomGenerator random;

    SimulatedPages(SimulatedServer server, Break broken, RandomGenerator random) {
        this.server = server;
        this.broken = broken;
        this.random = random;
    }

    boolean isNumbered() {
        return broken == Break.HORIZON_ORDER || broken == Break.WINDOW_CUT_BY_XID;
    }

    Xids end(Xids snapshot) {
        return broken == Break.HORIZON_ORDER ? new Xids(snapshot.xmin(), java.util.Set.of()) : snapshot;
    }

    long maxId(long sequence, Bound done) {
        return isNumbered() ? done.maxId() + NUMBERS : sequence;
    }

    boolean isEmpty(Window window) {
        if (isNumbered()) {
            return inWindow(window).findAny().isEmpty();
        }
        return rows(window, Part.STRAGGLERS, 0, window.lastOf(Part.STRAGGLERS)).findAny().isEmpty()
                && rows(window, Part.REST, window.before(Part.REST, 0), window.upto().maxId()).findAny().isEmpty();
    }

    /** What is for that group. */
    Page<LogRow> read(PageRequest request, int group) {
        if (isNumbered()) {
            return numbered(request, group);
        }
        Part part = request.part();
        List<LogRow> found = sorted(rows(request.window(), part, request.after(), request.last()), group);
        if (part == Part.STRAGGLERS && random.nextBoolean() && found.size() < request.rows()) {
            // In one round trip.
            part = Part.REST;
            found.addAll(sorted(rows(request.window(), part, request.window().before(part, request.after()),
                    request.window().upto().maxId()), group));
        }
        int most = (int) Math.max(1, Math.min(request.rows(), request.bytes() / ROW_BYTES));
        boolean last = found.size() <= most;
        List<Page.Row<LogRow>> rows = new ArrayList<>();
        for (LogRow row : last ? found : found.subList(0, most)) {
            rows.add(new Page.Row<>(new KeptMessageId(row.id, row.micros), row, ROW_BYTES));
        }
        long end = rows.isEmpty() ? request.after() : rows.get(rows.size() - 1).id().id();
        if (part == Part.REST && !last && end < request.window().done().maxId()) {
            part = Part.STRAGGLERS;
        }
        return new Page<>(rows, part, last);
    }

    private static List<LogRow> sorted(Stream<LogRow> rows, int group) {
        return new ArrayList<>(rows.filter(row -> row.isFor(group)).sorted(Comparator.comparingLong(row -> row.id)).toList());
    }

    private Stream<LogRow> rows(Window window, Part part, long after, long last) {
        Xids done = Xids.parse(window.done().snapshot());
        Xids upto = Xids.parse(window.upto().snapshot());
        long first = after + (broken == Break.LOWER_BOUND_ONE_TOO_HIGH && part == Part.REST
                && after == window.done().maxId() ? 2 : 1);
        return server.rows().stream().filter(row -> row.id >= first && row.id <= last)
                .filter(row -> isInPart(row, part, done, window.done().xid()))
                .filter(row -> upto.sees(row.xid) && server.isCommitted(row));
    }

    private boolean isInPart(LogRow row, Part part, Xids done, long doneXid) {
        boolean straggler = done.xip().contains(row.xid);
        if (broken == Break.CURSOR_BY_ID) {
            return part == Part.REST;
        }
        return part == Part.STRAGGLERS
                ? straggler || (row.xid >= done.xmax() && row.xid <= doneXid)
                : straggler || row.xid >= done.xmax();
    }

    private Stream<LogRow> inWindow(Window window) {
        Xids done = Xids.parse(window.done().snapshot());
        Xids upto = Xids.parse(window.upto().snapshot());
        return server.rows().stream().filter(server::isCommitted)
                .filter(row -> upto.sees(row.xid) && !done.sees(row.xid));
    }

    private Page<LogRow> numbered(PageRequest request, int group) {
        Window window = request.window();
        List<LogRow> all = new ArrayList<>(inWindow(window).filter(row -> row.isFor(group)).toList());
        long cut = all.isEmpty() ? 0 : all.stream().mapToLong(row -> row.xid).sorted().toArray()[all.size() / 2];
        all.sort(Comparator.<LogRow>comparingLong(row -> broken == Break.HORIZON_ORDER ? row.xid : row.xid > cut ? 1 : 0)
                .thenComparingLong(row -> row.id));
        List<Page.Row<LogRow>> rows = new ArrayList<>();
        long from = Math.max(request.after(), window.done().maxId());
        int number = (int) (from - window.done().maxId());
        for (; number < all.size() && rows.size() < request.rows(); number++) {
            LogRow row = all.get(number);
            rows.add(new Page.Row<>(new KeptMessageId(window.done().maxId() + number + 1, row.micros), row, ROW_BYTES));
        }
        return new Page<>(rows, Part.REST, number >= all.size());
    }
}
