package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.Place;
import io.github.pgpubsub.internal.log.reading.Snapshot;
import io.github.pgpubsub.internal.log.reading.Window;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.StartFrom;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The requests of {@code Effects} as SQL, each in a transaction of its own. Belongs to the reading thread. After an exception whose
 * {@code ConnectionFailure.isLoss} is false the connection can be used.
 */
final class LogConnection implements AutoCloseable {

    /** {@link LogQueries#SETTINGS}, and no long wait for a place that another transaction holds. A pool gets its connection back without them. */
    private static final Map<String, String> SETTINGS = Map.of("enable_seqscan", "off", "enable_bitmapscan", "off", "enable_sort",
            "off",
            "jit", "off", "plan_cache_mode", "force_generic_plan", "lock_timeout", "1s");
    /** Longest text of an error that is kept with a parked message, characters. */
    private static final int MAX_ERROR = 10_000;
    /** From 1970 to 2000, where the server's times begin. */
    private static final long MICROS_TO_2000 = 946_684_800_000_000L;
    /** lock_not_available. */
    private static final String LOCKED = "55P03";

    private final ServerConnection connection;
    private final Connection jdbc;
    private final LogQueries queries;
    private final UUID reader;
    private final String leader;
    private final Map<List<Statement>, PreparedStatement> prepared = new HashMap<>();

    /** The place's number and what it holds; in place of it, null: there is none, or the transaction that holds it. */
    record Taking(long no, @Nullable Place place, @Nullable String blocker) {}

    /** @param page the window's first page; null: it was not asked for, or no window is open */
    record Opening(OpenAnswer answer, @Nullable Page<KeptRow> page) {}

    /**
     * A whole window was acknowledged, and the next one opened.
     *
     * @param closed what became of the acknowledgement; if it was refused, nothing was opened
     */
    record Next(Outcome closed, Opening opening) {}

    /** A place as it was found, before it is led. */
    private record Found(long no, Place place) {}

    private interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    /** A statement with its parameters, and what is made of its rows. */
    private static final class Query {

        final Statement statement;
        final Mapper<?> mapper;
        final @Nullable Object[] parameters;

        Query(Statement statement, Mapper<?> mapper, @Nullable Object... parameters) {
            this.statement = statement;
            this.mapper = mapper;
            this.parameters = parameters;
        }
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    /** @param leader what operators see as the group's leader */
    LogConnection(ServerConnection connection, LogQueries queries, UUID reader, String leader) throws SQLException {
        this.connection = connection;
        this.jdbc = connection.jdbc();
        this.queries = queries;
        this.reader = reader;
        this.leader = leader;
        if (!connection.behindPooler()) {
            connection.set(SETTINGS);
            // From the first time on: planning is what takes long.
            connection.pg().setPrepareThreshold(1);
        }
    }

    int backend() {
        return connection.backend();
    }

    // ---- step 0

    /** A place that another transaction holds is not waited for for more than a second. */
    Taking take(Shard group, UUID owner) throws SQLException {
        try {
            return transaction(() -> {
                query(Statement.PREPARE_TO_TAKE, row -> true);
                Found found = first(Statement.TAKE, LogConnection::found, group.channel(), group.group(), group.shard());
                if (found == null) {
                    return new Taking(0, null, null);
                }
                Long epoch = first(Statement.LEAD, row -> row.getLong(1), owner.toString(), found.place.redeliveredId(),
                        found.no);
                if (epoch == null) {
                    throw new IllegalStateException("The place is locked and gone");
                }
                update(Statement.READER, reader.toString(), leader, found.no);
                seen(found.no);
                return new Taking(found.no, led(found.place, epoch), null);
            });
        } catch (SQLException e) {
            if (!LOCKED.equals(e.getSQLState())) {
                throw e;
            }
            String blocker = single(Statement.BLOCKER, row -> row.getString(1), group.channel(), group.group(), group.shard());
            return new Taking(0, null, blocker == null ? "another transaction" : blocker);
        }
    }

    /** {@code redeliveredId} is the new one; the epoch is still the former one's. */
    private static Found found(ResultSet row) throws SQLException {
        String former = row.getString(3);
        Bound upto = bound(row, 7);
        boolean sameTimeline = row.getBoolean(13);
        long redeliveredId = row.getLong(11);
        if (!sameTimeline) {
            redeliveredId = Math.max(redeliveredId, Math.max(row.getLong(14), upto == null ? row.getLong(5) : upto.maxId()));
        } else if (former != null && upto != null) {
            redeliveredId = Math.max(redeliveredId, upto.maxId());
        }
        Bound done = bound(row, 4);
        assert done != null;
        return new Found(row.getLong(1), new Place(row.getLong(2), former == null ? null : UUID.fromString(former), done, upto,
                row.getLong(10), sameTimeline, redeliveredId, row.getLong(12)));
    }

    private static Place led(Place place, long epoch) {
        return new Place(epoch, place.formerOwner(), place.done(), place.upto(), place.lastId(), place.sameTimeline(),
                place.redeliveredId(), place.missed());
    }

    /** From three columns; null: there is none. */
    private static @Nullable Bound bound(ResultSet row, int column) throws SQLException {
        String snapshot = row.getString(column);
        return snapshot == null ? null
                : new Bound(new Snapshot(snapshot), row.getLong(column + 1), Long.parseLong(row.getString(column + 2)));
    }

    /** @param expiry null: the log's for groups */
    /** Returns the place's number. */
    long join(Shard group, StartFrom startFrom, boolean again, @Nullable Duration expiry) throws SQLException {
        return transaction(() -> {
            List<Long> created = new ArrayList<>();
            long[] no = new long[1];
            query(Statement.JOIN, row -> {
                if (row.getInt(2) == group.shard()) {
                    no[0] = row.getLong(1);
                }
                return row.getBoolean(3) && created.add(row.getLong(1));
            }, group.channel(), group.group(),
                    text(startFrom), group.shards(), expiry == null ? null : expiry.toMillis() + " milliseconds");
            if (again) {
                for (long each : created) {
                    update(Statement.MARK_ALL, each);
                }
            }
            return no[0];
        });
    }

    static String text(StartFrom startFrom) {
        if (startFrom instanceof StartFrom.Time time) {
            return time.instant().toString();
        } else if (startFrom instanceof StartFrom.Id id) {
            return id.id().toString();
        }
        return startFrom instanceof StartFrom.Now ? "now" : "earliest";
    }

    void dropGroup(Shard group) throws SQLException {
        statements(() -> query(Statement.DROP_GROUP, row -> row.getBoolean(1), group.channel(), group.group()));
    }

    /** Which database of which cluster this is. */
    String identity() throws SQLException {
        String identity = single(Statement.IDENTITY, row -> row.getString(1));
        if (identity == null) {
            throw new IllegalStateException("The statement always returns a row");
        }
        return identity;
    }

    void endBlockers(Shard group) throws SQLException {
        statements(() -> query(Statement.END_BLOCKER, row -> row.getBoolean(1), group.channel(), group.group(), group.shard()));
    }

    /** Writers need not wake this process for the place any more. */
    void leave(long no) throws SQLException {
        statements(() -> update(Statement.READER, null, null, no));
    }

    /** See {@link Rotation#run}. */
    void rotate(Rotation rotation, Duration longest) throws SQLException {
        rotation.run(jdbc, longest);
    }

    /** Keeps the group from expiring. */
    void seen(List<Long> nos) throws SQLException {
        statements(() -> update(Statement.SEEN, jdbc.createArrayOf("int8", nos.toArray())));
    }

    private void seen(long no) throws SQLException {
        update(Statement.SEEN, jdbc.createArrayOf("int8", new Object[] {no}));
    }

    // ---- reading

    /**
     * Opens a window if there is anything in it.
     *
     * @param first the limits of a first page that comes with the answer, in the same round trip; null: none is wanted. The transaction is
     *              the window's own, and it is committed when this method returns
     */
    Opening open(Shard group, long no, Fence fence, Bound done, @Nullable PageLimits first) throws SQLException {
        return statements(() -> {
            OpenAnswer[] answer = new OpenAnswer[1];
            String snapshot = done.snapshot().text();
            String xid = String.valueOf(done.xid());
            Query open = new Query(Statement.OPEN, row -> answer[0] = openAnswer(row, fence, done), no, fence.epoch(),
                    fence.owner().toString(), snapshot, done.maxId(), xid, group.channel(), done.maxId(), snapshot,
                    group.channel(),
                    group.channel(), snapshot, xid, no);
            Page<KeptRow> page = withFirstPage(open, group, no, done, first);
            return opening(answer[0], page);
        });
    }

    /** Acknowledges a whole window and opens the next one, as one statement: the same as one after the other with nothing in between. */
    Next next(Shard group, long no, Fence fence, Acknowledgement whole, @Nullable PageLimits first) throws SQLException {
        Bound upto = whole.upto();
        assert upto != null && whole.whole() && !whole.release();
        return statements(() -> {
            OpenAnswer[] answer = new OpenAnswer[1];
            String snapshot = upto.snapshot().text();
            String xid = String.valueOf(upto.xid());
            Query next = new Query(Statement.NEXT, row -> answer[0] = nextAnswer(row, fence), group.channel(), upto.maxId(),
                    snapshot,
                    group.channel(), group.channel(), snapshot, xid, whole.lastId(), whole.missedTold(), no, fence.epoch(),
                    fence.owner().toString(), snapshot, upto.maxId(), xid, no);
            Page<KeptRow> page = withFirstPage(next, group, no, upto, first);
            Outcome closed = answer[0] instanceof OpenAnswer.Refused refused ? refused.outcome() : Outcome.MOVED;
            return new Next(closed, opening(answer[0], page));
        });
    }

    private static Opening opening(@Nullable OpenAnswer answer, @Nullable Page<KeptRow> page) {
        if (answer == null) {
            throw new IllegalStateException("The statement always returns a row");
        }
        return new Opening(answer, answer instanceof OpenAnswer.Opened ? page : null);
    }

    private @Nullable Page<KeptRow> withFirstPage(Query opening, Shard group, long no, Bound done, @Nullable PageLimits limits)
            throws SQLException {
        if (limits == null) {
            run(opening);
            return null;
        }
        Rows rest = new Rows(limits);
        if (done.maxId() == 0) {
            run(opening, firstRest(group, no, done, limits, rest));
            return rest.page(PageRequest.Part.REST);
        }
        Rows stragglers = new Rows(limits);
        run(opening, firstStragglers(group, no, done, limits, stragglers), firstRest(group, no, done, limits, rest));
        return limits.both(stragglers.page(PageRequest.Part.STRAGGLERS), rest.page(PageRequest.Part.REST));
    }

    private Query firstStragglers(Shard group, long no, Bound done, PageLimits limits, Rows rows) throws SQLException {
        String snapshot = done.snapshot().text();
        return new Query(Statement.FIRST_STRAGGLERS, rows, snapshot, no, snapshot, done.xid(), no, group.channel(), 0L,
                done.maxId(),
                group.group(), group.shards(), shard(group), limits.rows(), limits.rows(), limits.bytes());
    }

    private Query firstRest(Shard group, long no, Bound done, PageLimits limits, Rows rows) throws SQLException {
        String snapshot = done.snapshot().text();
        return new Query(Statement.FIRST_REST, rows, group.channel(), done.maxId(), no, snapshot, no, no, snapshot, no,
                group.group(),
                group.shards(), shard(group), limits.rows(), limits.bytes());
    }

    private static OpenAnswer openAnswer(ResultSet row, Fence fence, Bound done) throws SQLException {
        if (!row.getBoolean(11)) {
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
        return asLeft ? new OpenAnswer.Empty() : new OpenAnswer.Refused(Outcome.DIFFERS);
    }

    private static OpenAnswer nextAnswer(ResultSet row, Fence fence) throws SQLException {
        if (!row.getBoolean(11)) {
            throw new IllegalStateException("A window can't be opened in a transaction that has written");
        }
        if (row.getBoolean(12)) {
            Bound upto = bound(row, 1);
            return upto == null ? new OpenAnswer.Empty() : new OpenAnswer.Opened(upto, row.getLong(4));
        }
        if (row.getString(8) == null) {
            return new OpenAnswer.Refused(Outcome.GONE);
        }
        boolean mine = row.getLong(5) == fence.epoch() && fence.owner().toString().equals(row.getString(6));
        return new OpenAnswer.Refused(mine ? Outcome.DIFFERS : Outcome.DEPOSED);
    }

    /** Both parts in one round trip. */
    Page<KeptRow> read(Shard group, PageRequest request) throws SQLException {
        PageLimits limits = new PageLimits(request.rows(), request.bytes());
        return statements(() -> {
            Rows rest = new Rows(limits);
            if (request.part() == PageRequest.Part.REST) {
                run(rest(group, request, limits, rest));
                return rest.page(PageRequest.Part.REST);
            }
            Rows stragglers = new Rows(limits);
            run(stragglers(group, request, limits, stragglers), rest(group, request, limits, rest));
            return limits.both(stragglers.page(PageRequest.Part.STRAGGLERS), rest.page(PageRequest.Part.REST));
        });
    }

    private Query stragglers(Shard group, PageRequest request, PageLimits limits, Rows rows) throws SQLException {
        Window window = request.window();
        String done = window.done().snapshot().text();
        String upto = window.upto().snapshot().text();
        return new Query(Statement.STRAGGLERS, rows, done, upto, done, window.done().xid(), upto, group.channel(),
                request.after(),
                request.last(), group.group(), group.shards(), shard(group), limits.rows(), limits.rows(), limits.bytes());
    }

    private Query rest(Shard group, PageRequest request, PageLimits limits, Rows rows) throws SQLException {
        Window window = request.window();
        String done = window.done().snapshot().text();
        String upto = window.upto().snapshot().text();
        return new Query(Statement.REST, rows, group.channel(), window.before(PageRequest.Part.REST, request.after()),
                window.lastOf(PageRequest.Part.REST), done, upto, upto, done, upto, group.group(), group.shards(), shard(group),
                limits.rows(), limits.bytes());
    }

    private Object shard(Shard group) throws SQLException {
        return jdbc.createArrayOf("int2", new Short[] {(short) group.shard()});
    }

    /** Collects a page. */
    private static final class Rows implements Mapper<Boolean> {

        private final PageLimits limits;
        private final List<Page.Row<KeptRow>> rows = new ArrayList<>();
        private long bytes;

        Rows(PageLimits limits) {
            this.limits = limits;
        }

        @Override
        public Boolean map(ResultSet row) throws SQLException {
            long micros = ByteBuffer.wrap(row.getBytes(2)).getLong() + MICROS_TO_2000;
            OffsetDateTime at = Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
            long size = row.getLong(8);
            bytes += size;
            KeptRow message = new KeptRow(row.getString(3), row.getString(4), row.getBytes(5), row.getString(6),
                    row.getObject(7, UUID.class), row.getBoolean(9), at);
            return rows.add(new Page.Row<>(new KeptMessageId(row.getLong(1), micros), message, PageLimits.OVERHEAD + size));
        }

        Page<KeptRow> page(PageRequest.Part part) {
            return new Page<>(rows, part, rows.size() < limits.rows() && bytes < limits.bytes());
        }
    }

    // ---- moving the place

    Outcome acknowledge(long no, Fence fence, Acknowledgement wanted) throws SQLException {
        return statements(() -> move(no, fence, wanted));
    }

    private Outcome move(long no, Fence fence, Acknowledgement wanted) throws SQLException {
        Bound upto = wanted.upto();
        Long moved = first(Statement.ACKNOWLEDGE, row -> row.getLong(1), wanted.lastId(), wanted.whole(), wanted.release(),
                wanted.missedTold(), no, fence.epoch(), fence.owner().toString(), upto == null ? "" : upto.snapshot().text(),
                upto == null ? 0L : upto.maxId(), upto == null ? "" : String.valueOf(upto.xid()));
        return moved == null ? standing(no, fence) : Outcome.MOVED;
    }

    /** Why an update of the place found no row. */
    private Outcome standing(long no, Fence fence) throws SQLException {
        Outcome outcome = first(Statement.STANDING, row -> row.getLong(1) == fence.epoch()
                && Objects.equals(row.getString(2), fence.owner().toString()) ? Outcome.DIFFERS : Outcome.DEPOSED, no);
        return outcome == null ? Outcome.GONE : outcome;
    }

    Outcome park(Shard group, long no, Fence fence, Bound upto, Delivery<KeptRow> delivery, boolean moveLastId, String error)
            throws SQLException {
        Page.Row<KeptRow> row = delivery.row();
        assert row != null;
        return transaction(() -> {
            Outcome outcome = move(no, fence,
                    new Acknowledgement(upto, moveLastId ? row.id().id() : 0, false, false, 0));
            if (outcome == Outcome.MOVED) {
                KeptRow message = row.message();
                update(Statement.PARK, group.channel(), group.group(), row.id().id(), message.at(), message.key(),
                        message.payload(), message.bytes(), message.headers(), message.context(), storable(error),
                        delivery.failures());
            }
            return outcome;
        });
    }

    private static String storable(String error) {
        String cut = error.length() > MAX_ERROR ? error.substring(0, MAX_ERROR) : error;
        return cut.replace('\0', ' ');
    }

    // ---- sleep

    /** Behind a pooler there is no session that could hold the lock. */
    boolean sleep(String channel) throws SQLException {
        return !connection.behindPooler()
                && Boolean.TRUE.equals(single(Statement.SLEEP, row -> row.getBoolean(1), reader.toString(), channel));
    }

    void awake(String channel) throws SQLException {
        single(Statement.AWAKE, row -> row.getBoolean(1), reader.toString(), channel);
    }

    // ---- SQL

    /** Behind a pooler, with the settings that the session can't have. */
    private <T> T transaction(Work<T> work) throws SQLException {
        jdbc.setAutoCommit(false);
        try {
            if (connection.behindPooler()) {
                execute(LogQueries.SETTINGS.replace("set ", "set local ") + "; set local lock_timeout = '1s'");
            }
            T result = work.run();
            jdbc.commit();
            jdbc.setAutoCommit(true);
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            try {
                jdbc.rollback();
                jdbc.setAutoCommit(true);
            } catch (SQLException rollback) {
                e.addSuppressed(rollback);
            }
            throw e;
        }
    }

    /** Statements that need no common transaction: on a direct connection each has its own, which saves a round trip. */
    private <T> T statements(Work<T> work) throws SQLException {
        return connection.behindPooler() ? transaction(work) : work.run();
    }

    private <T> @Nullable T single(Statement statement, Mapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        List<T> all = statements(() -> query(statement, mapper, parameters));
        return all.isEmpty() ? null : all.get(0);
    }

    private <T> @Nullable T first(Statement statement, Mapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        List<T> all = query(statement, mapper, parameters);
        return all.isEmpty() ? null : all.get(0);
    }

    private <T> List<T> query(Statement statement, Mapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        List<T> all = new ArrayList<>();
        run(new Query(statement, row -> all.add(mapper.map(row)), parameters));
        return all;
    }

    private int update(Statement statement, @Nullable Object... parameters) throws SQLException {
        PreparedStatement prepared = prepared(List.of(statement));
        set(prepared, 1, parameters);
        return prepared.executeUpdate();
    }

    /** In one round trip, and without a transaction of this connection's in one transaction. */
    private void run(Query... queries) throws SQLException {
        PreparedStatement prepared = prepared(Stream.of(queries).map(query -> query.statement).toList());
        int next = 1;
        for (Query each : queries) {
            next = set(prepared, next, each.parameters);
        }
        prepared.execute();
        for (Query each : queries) {
            try (ResultSet rows = prepared.getResultSet()) {
                while (rows.next()) {
                    Object unused = each.mapper.map(rows);
                }
            }
            prepared.getMoreResults();
        }
    }

    private static int set(PreparedStatement prepared, int first, @Nullable Object... parameters) throws SQLException {
        int next = first;
        for (Object each : parameters) {
            prepared.setObject(next++, each);
        }
        return next;
    }

    /** Prepared once for a connection. */
    private PreparedStatement prepared(List<Statement> statements) throws SQLException {
        PreparedStatement known = prepared.get(statements);
        if (known == null) {
            known = jdbc.prepareStatement(statements.stream().map(queries::sql).collect(Collectors.joining(";\n")));
            prepared.put(statements, known);
        }
        return known;
    }

    private void execute(String sql) throws SQLException {
        try (java.sql.Statement statement = jdbc.createStatement()) {
            statement.execute(sql);
        }
    }

    /** For any thread. */
    void abort() {
        connection.abort();
    }

    @Override
    public void close() {
        connection.close();
    }
}
