package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.Snapshot;
import io.github.pgpubsub.internal.log.reading.Window;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.kept.KeptMessageId;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Opens windows of the log and reads their pages. Belongs to the reading thread. */
final class Windows {

    /** From 1970 to 2000, where the server's times begin. */
    private static final long MICROS_TO_2000 = 946_684_800_000_000L;

    /** The column that says whether a window could be opened. */
    private static final int VALID = 11;

    private final Statements sql;

    /** @param page the window's first page; null: it was not asked for, or no window is open */
    record Opening(OpenAnswer answer, @Nullable Page<KeptRow> page) {}

    /**
     * A whole window was acknowledged, and the next one opened.
     *
     * @param closed what became of the acknowledgement; if it was refused, nothing was opened
     */
    record Next(Outcome closed, Opening opening) {}

    /**
     * The first page of a window that is being opened.
     *
     * @param shards whose rows to read
     */
    record FirstPage(Set<Integer> shards, PageLimits limits) {}

    Windows(Statements sql) {
        this.sql = sql;
    }

    /**
     * Opens a window if there is anything in it.
     *
     * @param first a first page that comes with the answer, in the same round trip; null: none is wanted. The transaction is the window's
     *              own, and it is committed when this method returns
     */
    Opening open(Shard group, long no, Fence fence, Bound done, @Nullable FirstPage first) throws SQLException {
        return sql.statements(() -> {
            OpenAnswer[] answer = new OpenAnswer[1];
            String snapshot = done.snapshot().text();
            String xid = String.valueOf(done.xid());
            Statements.Query open = new Statements.Query(Statement.OPEN, row -> answer[0] = openAnswer(row, fence, done), no,
                    fence.epoch(),
                    fence.owner().toString(), snapshot, done.maxId(), xid, group.channel(), done.maxId(), snapshot,
                    group.channel(),
                    group.channel(), snapshot, xid, no);
            Page<KeptRow> page = withFirstPage(open, group, no, done, first);
            return opening(answer[0], page);
        });
    }

    /** Acknowledges a whole window and opens the next one, as one statement: the same as one after the other with nothing in between. */
    Next next(Shard group, long no, Fence fence, Acknowledgement whole, @Nullable FirstPage first) throws SQLException {
        Bound upto = endOf(whole);
        return sql.statements(() -> {
            OpenAnswer[] answer = new OpenAnswer[1];
            String snapshot = upto.snapshot().text();
            String xid = String.valueOf(upto.xid());
            Statements.Query next = new Statements.Query(Statement.NEXT, row -> answer[0] = nextAnswer(row, fence),
                    group.channel(), upto.maxId(),
                    snapshot,
                    group.channel(), group.channel(), snapshot, xid, whole.lastId(), whole.missedTold(), no, fence.epoch(),
                    fence.owner().toString(), snapshot, upto.maxId(), xid, no);
            Page<KeptRow> page = withFirstPage(next, group, no, upto, first);
            Outcome closed = answer[0] instanceof OpenAnswer.Refused refused ? refused.outcome() : Outcome.MOVED;
            return new Next(closed, opening(answer[0], page));
        });
    }

    /**
     * Opens a window that ends where another one of the group's places ends.
     *
     * @param nos of the places of which one should have that end
     * @return null: none has it, and nothing was changed
     */
    @Nullable
    OpenAnswer openUpTo(Bound end, List<Long> nos, long no, Fence fence, Bound done) throws SQLException {
        String xid = String.valueOf(done.xid());
        OpenAnswer answer = ofRow(Statement.OPEN_TO_SHARED_END, row -> openAnswer(row, fence, done), end.snapshot().text(),
                end.maxId(),
                String.valueOf(end.xid()), sql.array("int8", nos.toArray()), no, fence.epoch(), fence.owner().toString(),
                done.snapshot().text(), done.maxId(), xid, no);
        // Whether there is anything else to read, only a snapshot of its own can say.
        return answer instanceof OpenAnswer.Empty ? null : answer;
    }

    /** Acknowledges a whole window and opens one with such an end. Null: no place has it, and nothing was changed. */
    @Nullable
    OpenAnswer nextUpTo(Bound end, List<Long> nos, long no, Fence fence, Acknowledgement whole) throws SQLException {
        Bound upto = endOf(whole);
        return ofRow(Statement.NEXT_TO_SHARED_END, row -> nextAnswer(row, fence), end.snapshot().text(), end.maxId(),
                String.valueOf(end.xid()), sql.array("int8", nos.toArray()), whole.missedTold(), no, fence.epoch(),
                fence.owner().toString(), upto.snapshot().text(), upto.maxId(), String.valueOf(upto.xid()), no);
    }

    private @Nullable OpenAnswer ofRow(Statement statement, Statements.Mapper<OpenAnswer> answer, Object... parameters)
            throws SQLException {
        Optional<OpenAnswer> found = sql.single(statement,
                row -> row.getBoolean(VALID) ? Optional.of(answer.map(row)) : Optional.empty(), parameters);
        return found == null ? null : found.orElse(null);
    }

    private static Bound endOf(Acknowledgement whole) {
        Bound upto = whole.upto();
        assert upto != null && whole.whole() && !whole.release();
        return upto;
    }

    private static Opening opening(@Nullable OpenAnswer answer, @Nullable Page<KeptRow> page) {
        if (answer == null) {
            throw new IllegalStateException("The statement always returns a row");
        }
        return new Opening(answer, answer instanceof OpenAnswer.Opened ? page : null);
    }

    private @Nullable Page<KeptRow> withFirstPage(Statements.Query opening, Shard group, long no, Bound done,
            @Nullable FirstPage first)
            throws SQLException {
        if (first == null) {
            sql.run(opening);
            return null;
        }
        PageLimits limits = first.limits;
        Rows rest = new Rows(limits);
        if (done.maxId() == 0) {
            sql.run(opening, firstRest(group, no, done, first, rest));
            return rest.page(PageRequest.Part.REST);
        }
        Rows stragglers = new Rows(limits);
        sql.run(opening, firstStragglers(group, no, done, first, stragglers), firstRest(group, no, done, first, rest));
        return limits.both(stragglers.page(PageRequest.Part.STRAGGLERS), rest.page(PageRequest.Part.REST));
    }

    private Statements.Query firstStragglers(Shard group, long no, Bound done, FirstPage first, Rows rows) throws SQLException {
        String snapshot = done.snapshot().text();
        return new Statements.Query(Statement.FIRST_STRAGGLERS, rows, snapshot, no, snapshot, done.xid(), no, group.channel(), 0L,
                done.maxId(),
                group.group(), group.shards(), array(first.shards), first.limits.rows(), first.limits.rows(),
                first.limits.bytes());
    }

    private Statements.Query firstRest(Shard group, long no, Bound done, FirstPage first, Rows rows) throws SQLException {
        String snapshot = done.snapshot().text();
        return new Statements.Query(Statement.FIRST_REST, rows, group.channel(), done.maxId(), no, snapshot, no, no, snapshot, no,
                group.group(),
                group.shards(), array(first.shards), first.limits.rows(), first.limits.bytes());
    }

    private static OpenAnswer openAnswer(ResultSet row, Fence fence, Bound done) throws SQLException {
        if (!row.getBoolean(VALID)) {
            throw new IllegalStateException("A window can't be opened in a transaction that has written");
        }
        Bound upto = bound(row, 1);
        if (upto != null) {
            return new OpenAnswer.Opened(upto, row.getLong(4));
        }
        if (row.getString(6) == null && row.getString(8) == null) {
            return new OpenAnswer.Refused(Outcome.GONE);
        }
        if (row.getLong(5) != fence.epoch() || !fence.owner().toString().equals(row.getString(6))) {
            return new OpenAnswer.Refused(Outcome.DEPOSED);
        }
        boolean asLeft = row.getString(7) == null && done.equals(bound(row, 8));
        return asLeft ? new OpenAnswer.Empty(row.getLong(4)) : new OpenAnswer.Refused(Outcome.DIFFERS);
    }

    private static OpenAnswer nextAnswer(ResultSet row, Fence fence) throws SQLException {
        if (!row.getBoolean(VALID)) {
            throw new IllegalStateException("A window can't be opened in a transaction that has written");
        }
        if (row.getBoolean(12)) {
            Bound upto = bound(row, 1);
            return upto == null ? new OpenAnswer.Empty(row.getLong(4)) : new OpenAnswer.Opened(upto, row.getLong(4));
        }
        if (row.getString(8) == null) {
            return new OpenAnswer.Refused(Outcome.GONE);
        }
        boolean mine = row.getLong(5) == fence.epoch() && fence.owner().toString().equals(row.getString(6));
        return new OpenAnswer.Refused(mine ? Outcome.DIFFERS : Outcome.DEPOSED);
    }

    /** What waits for a window after {@code done}; counts no more than {@code most}. */
    Linger.Waiting waiting(Shard group, Bound done, int most) throws SQLException {
        Linger.Waiting waiting = sql.single(Statement.WAITING,
                row -> new Linger.Waiting(row.getInt(1), Math.max(0, row.getLong(2))),
                group.channel(), done.maxId(), most);
        if (waiting == null) {
            throw new IllegalStateException("The statement always returns a row");
        }
        return waiting;
    }

    /**
     * Both parts in one round trip.
     *
     * @param shards whose rows to read
     */
    Page<KeptRow> read(Shard group, Set<Integer> shards, PageRequest request) throws SQLException {
        PageLimits limits = new PageLimits(request.rows(), request.bytes());
        return sql.statements(() -> {
            Rows rest = new Rows(limits);
            if (request.part() == PageRequest.Part.REST) {
                sql.run(rest(group, shards, request, limits, rest));
                return rest.page(PageRequest.Part.REST);
            }
            Rows stragglers = new Rows(limits);
            sql.run(stragglers(group, shards, request, limits, stragglers), rest(group, shards, request, limits, rest));
            return limits.both(stragglers.page(PageRequest.Part.STRAGGLERS), rest.page(PageRequest.Part.REST));
        });
    }

    private Statements.Query stragglers(Shard group, Set<Integer> shards, PageRequest request, PageLimits limits, Rows rows)
            throws SQLException {
        Window window = request.window();
        String done = window.done().snapshot().text();
        String upto = window.upto().snapshot().text();
        return new Statements.Query(Statement.STRAGGLERS, rows, done, upto, done, window.done().xid(), upto, group.channel(),
                request.after(),
                request.last(), group.group(), group.shards(), array(shards), limits.rows(), limits.rows(), limits.bytes());
    }

    private Statements.Query rest(Shard group, Set<Integer> shards, PageRequest request, PageLimits limits, Rows rows)
            throws SQLException {
        Window window = request.window();
        String done = window.done().snapshot().text();
        String upto = window.upto().snapshot().text();
        return new Statements.Query(Statement.REST, rows, group.channel(), window.before(PageRequest.Part.REST, request.after()),
                window.lastOf(PageRequest.Part.REST), done, upto, upto, done, upto, group.group(), group.shards(), array(shards),
                limits.rows(), limits.bytes());
    }

    private Object array(Set<Integer> shards) throws SQLException {
        return sql.array("int2", shards.stream().map(Integer::shortValue).toArray());
    }

    /** Collects a page. */
    private static final class Rows implements Statements.Mapper<Boolean> {

        private final PageLimits limits;
        private final List<Page.Row<KeptRow>> rows = new ArrayList<>();
        private long bytes;

        Rows(PageLimits limits) {
            this.limits = limits;
        }

        @Override
        public Boolean map(ResultSet row) throws SQLException {
            long micros = ByteBuffer.wrap(row.getBytes(2)).getLong() + MICROS_TO_2000;
            long size = row.getLong(8);
            bytes += size;
            KeptRow message = new KeptRow(row.getString(3), row.getString(4), row.getBytes(5), row.getString(6),
                    row.getObject(7, UUID.class), row.getBoolean(9), row.getInt(10));
            return rows.add(new Page.Row<>(new KeptMessageId(row.getLong(1), micros), message, PageLimits.OVERHEAD + size));
        }

        Page<KeptRow> page(PageRequest.Part part) {
            return new Page<>(rows, part, rows.size() < limits.rows() && bytes < limits.bytes());
        }
    }

    /** From three columns; null: there is none. */
    static @Nullable Bound bound(ResultSet row, int column) throws SQLException {
        String snapshot = row.getString(column);
        return snapshot == null ? null
                : new Bound(new Snapshot(snapshot), row.getLong(column + 1), Long.parseLong(row.getString(column + 2)));
    }
}
