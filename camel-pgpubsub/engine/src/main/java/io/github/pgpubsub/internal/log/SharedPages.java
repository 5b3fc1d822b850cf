package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.log.Siblings.Sibling;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.PageRequest.Part;
import io.github.pgpubsub.internal.log.reading.Window;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a window that several shards of a group have, read by one query for all of them. A shard takes its rows of a page when its
 * reader asks for them. A shard that does not keep up leaves, and reads the window by itself from where it is. Not thread-safe.
 */
final class SharedPages {

    /** So many rows of a page, however many shards it is for. */
    private static final int MOST_ROWS = 2000;
    /** A shard with so many pages' rows waiting leaves. */
    private static final int BEHIND = 2;

    /** A shard's part of a page. */
    private static final class Piece {

        final Deque<Page.Row<KeptRow>> rows = new ArrayDeque<>();
        final Part part;
        final boolean last;

        Piece(Part part, boolean last) {
            this.part = part;
            this.last = last;
        }
    }

    private static final class Taker {

        final Deque<Piece> pieces = new ArrayDeque<>();
        /** What it has taken goes up to this id. */
        long after;
        int rows;
        long bytes;
        /** Wants the next page, which is being read. */
        @Nullable
        Runnable waiting;
    }

    private final Window window;
    private final int ofGroup;
    private final BufferLimit memory;
    private final Map<Sibling, Taker> takers = new LinkedHashMap<>();
    private Part part;
    private long after;
    private boolean reading;

    /**
     * @param shards of the group
     * @param takers those that have this window, or are about to
     * @param memory counts what waits to be taken
     */
    SharedPages(Window window, int shards, Set<Sibling> takers, BufferLimit memory) {
        this.window = window;
        this.ofGroup = shards;
        this.memory = memory;
        this.part = window.firstPart(0);
        this.after = window.before(part, 0);
        for (Sibling each : takers) {
            Taker taker = new Taker();
            taker.after = after;
            this.takers.put(each, taker);
        }
    }

    boolean isFor(Sibling sibling) {
        return takers.containsKey(sibling);
    }

    /** Whether nobody takes anything any more. */
    boolean isOver() {
        return takers.isEmpty();
    }

    /**
     * What this shard has not taken yet, within the limits of the request; null: nothing has been read for it. A reader that has begun anew
     * wants again what it has had: it leaves.
     */
    @Nullable
    Page<KeptRow> take(Sibling sibling, PageRequest request) {
        Taker taker = takers.get(sibling);
        if (taker != null && taker.after != request.after()) {
            leave(sibling);
            return null;
        }
        Piece piece = taker == null ? null : taker.pieces.peek();
        if (taker == null || piece == null) {
            return null;
        }
        Page<KeptRow> page = take(sibling, taker, piece, request.rows(), request.bytes());
        long last = page.rows().isEmpty() ? taker.after : page.rows().get(page.rows().size() - 1).id().id();
        taker.after = window.before(page.part(), last);
        return page;
    }

    private Page<KeptRow> take(Sibling sibling, Taker taker, Piece piece, int mostRows, long mostBytes) {
        List<Page.Row<KeptRow>> rows = new ArrayList<>();
        long bytes = 0;
        while (!piece.rows.isEmpty() && rows.size() < mostRows && (rows.isEmpty() || bytes < mostBytes)) {
            Page.Row<KeptRow> row = piece.rows.remove();
            bytes += row.bytes();
            rows.add(row);
        }
        count(taker, -rows.size(), -bytes);
        if (!piece.rows.isEmpty()) {
            return new Page<>(rows, partOf(rows.get(rows.size() - 1)), false);
        }
        taker.pieces.remove();
        if (piece.last) {
            takers.remove(sibling);
        }
        return new Page<>(rows, piece.part, piece.last);
    }

    /** Stragglers' ids are the lower ones: where a shard goes on by itself, it must not pass over those that are left. */
    private Part partOf(Page.Row<KeptRow> row) {
        return row.id().id() <= window.done().maxId() ? Part.STRAGGLERS : Part.REST;
    }

    private void count(Taker taker, int rows, long bytes) {
        taker.rows += rows;
        taker.bytes += bytes;
        memory.add(bytes);
    }

    // ---- the next page

    boolean isReading() {
        return reading;
    }

    /** Runs this when the next page is there, or is not going to be. */
    void await(Sibling sibling, Runnable then) {
        Taker taker = takers.get(sibling);
        assert taker != null;
        taker.waiting = then;
    }

    /** A page is being read for all shards that have kept up. */
    PageRequest next(int rows, long bytes) {
        assert !reading;
        PageLimits limits = limits(new PageLimits(rows, bytes), takers.size());
        for (Map.Entry<Sibling, Taker> each : List.copyOf(takers.entrySet())) {
            if (each.getValue().rows > BEHIND * rows || each.getValue().bytes > BEHIND * bytes) {
                leave(each.getKey());
            }
        }
        reading = true;
        return new PageRequest(window, part, after, window.lastOf(part), limits.rows(),
                limits.bytes());
    }

    /** Limits for a page that so many shards share. */
    static PageLimits limits(PageLimits each, int shards) {
        return new PageLimits((int) Math.max(each.rows(), Math.min(MOST_ROWS, (long) each.rows() * shards)), each.bytes());
    }

    /** The shards that the next page is for. */
    Set<Integer> shards() {
        return takers.keySet().stream().map(each -> each.shard).collect(Collectors.toUnmodifiableSet());
    }

    /** The page that {@link #next} asked for, or the first one. */
    void read(Page<KeptRow> page) {
        reading = false;
        // If memory is lacking for the pieces, the page is not taken for read.
        long end = after;
        Map<Integer, Piece> pieces = new HashMap<>();
        takers.keySet().forEach(each -> pieces.put(each.shard, new Piece(page.part(), page.last())));
        for (Page.Row<KeptRow> row : page.rows()) {
            end = row.id().id();
            Piece piece = pieces.get(row.message().shard(ofGroup));
            if (piece != null) {
                piece.rows.add(row);
            }
        }
        part = page.last() ? Part.REST : page.part();
        after = window.before(part, end);
        takers.forEach((sibling, taker) -> {
            Piece piece = Objects.requireNonNull(pieces.get(sibling.shard));
            taker.pieces.add(piece);
            count(taker, piece.rows.size(), piece.rows.stream().mapToLong(Page.Row::bytes).sum());
        });
        wake();
    }

    /** Each shard goes on by itself. */
    void dissolve() {
        reading = false;
        List<Taker> left = List.copyOf(takers.values());
        takers.clear();
        left.forEach(this::giveBack);
        left.forEach(SharedPages::wake);
    }

    private void wake() {
        List.copyOf(takers.values()).forEach(SharedPages::wake);
    }

    private static void wake(Taker taker) {
        Runnable then = taker.waiting;
        taker.waiting = null;
        if (then != null) {
            then.run();
        }
    }

    /** This shard takes nothing more. */
    void leave(Sibling sibling) {
        Taker left = takers.remove(sibling);
        if (left != null) {
            giveBack(left);
        }
    }

    private void giveBack(Taker taker) {
        count(taker, -taker.rows, -taker.bytes);
    }
}
