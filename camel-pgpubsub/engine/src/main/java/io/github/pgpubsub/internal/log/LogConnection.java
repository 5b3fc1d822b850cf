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
import io.github.pgpubsub.internal.log.reading.PageRequest.Part;
import io.github.pgpubsub.internal.log.reading.Place;
import io.github.pgpubsub.internal.log.reading.Snapshot;
import io.github.pgpubsub.internal.log.reading.Window;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.StartFrom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The requests of {@code Effects} as SQL, each in a transaction of its own. Belongs to the reading thread. After an exception whose
 * {@code ConnectionFailure.isLoss} is false the connection can be used.
 */
final class LogConnection implements AutoCloseable {

    /** Memory of a message without its texts and bytes. */
    private static final int OVERHEAD = 300;
    /** Longest text of an error that is kept with a parked message, characters. */
    private static final int MAX_ERROR = 10_000;
    /** lock_not_available. */
    private static final String LOCKED = "55P03";

    private final ServerConnection connection;
    private final Connection jdbc;
    private final LogQueries queries;
    private final UUID reader;
    private final String leader;

    /** The place's number and what it holds; in place of it, null: there is none, or the transaction that holds it. */
    record Taking(long no, @Nullable Place place, @Nullable String blocker) {}

    /** A place as it was found, before it is led. */
    private record Found(long no, Place place) {}

    private interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
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
            execute(LogQueries.SETTINGS + "; set lock_timeout = '1s'");
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
    void join(Shard group, StartFrom startFrom, boolean again, @Nullable Duration expiry) throws SQLException {
        transaction(() -> {
            List<Long> created = new ArrayList<>();
            query(Statement.JOIN, row -> row.getBoolean(3) && created.add(row.getLong(1)), group.channel(), group.group(),
                    text(startFrom), group.shards(), expiry == null ? null : expiry.toMillis() + " milliseconds");
            if (again) {
                for (long no : created) {
                    update(Statement.MARK_ALL, no);
                }
            }
            return true;
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

    /** Keeps the group from expiring. */
    void seen(List<Long> nos) throws SQLException {
        statements(() -> update(Statement.SEEN, jdbc.createArrayOf("int8", nos.toArray())));
    }

    private void seen(long no) throws SQLException {
        update(Statement.SEEN, jdbc.createArrayOf("int8", new Object[] {no}));
    }

    // ---- reading

    OpenAnswer open(String channel, long no, Fence fence, Bound done) throws SQLException {
        String snapshot = done.snapshot().text();
        String xid = String.valueOf(done.xid());
        OpenAnswer answer = single(Statement.OPEN, row -> openAnswer(row, fence, done), no, fence.epoch(),
                fence.owner().toString(), snapshot, done.maxId(), xid, channel, done.maxId(), snapshot, channel, channel,
                snapshot,
                xid, no);
        if (answer == null) {
            throw new IllegalStateException("The statement always returns a row");
        }
        return answer;
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

    /** The rest follows in the same answer if there are no stragglers left. */
    Page<KeptRow> read(Shard group, PageRequest request) throws SQLException {
        return statements(() -> {
            if (request.part() == Part.STRAGGLERS) {
                Page<KeptRow> stragglers = stragglers(group, request);
                if (!stragglers.rows().isEmpty()) {
                    return stragglers;
                }
            }
            return rest(group, request);
        });
    }

    private Page<KeptRow> stragglers(Shard group, PageRequest request) throws SQLException {
        Window window = request.window();
        String done = window.done().snapshot().text();
        String upto = window.upto().snapshot().text();
        int candidates = Math.addExact(request.rows(), 1);
        return page(Part.STRAGGLERS, Statement.STRAGGLERS, done, upto, done, window.done().xid(), upto, group.channel(),
                request.after(), request.last(), group.group(), group.shards(), shard(group), candidates, candidates,
                request.rows(), Math.max(1, request.bytes()));
    }

    private Page<KeptRow> rest(Shard group, PageRequest request) throws SQLException {
        Window window = request.window();
        String done = window.done().snapshot().text();
        String upto = window.upto().snapshot().text();
        return page(Part.REST, Statement.REST, group.channel(), window.before(Part.REST, request.after()),
                window.lastOf(Part.REST), done, upto, upto, done, upto, group.group(), group.shards(), shard(group),
                Math.addExact(request.rows(), 1), request.rows(), Math.max(1, request.bytes()));
    }

    private Object shard(Shard group) throws SQLException {
        return jdbc.createArrayOf("int2", new Short[] {(short) group.shard()});
    }

    private Page<KeptRow> page(Part part, Statement statement, @Nullable Object... parameters) throws SQLException {
        List<Page.Row<KeptRow>> rows = new ArrayList<>();
        long[] candidates = {0};
        query(statement, row -> {
            candidates[0] = row.getLong(13);
            return rows.add(row(row));
        }, parameters);
        return new Page<>(rows, part, rows.size() >= candidates[0]);
    }

    private static Page.Row<KeptRow> row(ResultSet row) throws SQLException {
        String context = row.getString(7);
        KeptRow message = new KeptRow(row.getString(3), row.getString(4), row.getBytes(5), row.getString(6),
                context == null ? null : UUID.fromString(context), row.getBoolean(9), row.getObject(10, OffsetDateTime.class));
        return new Page.Row<>(new KeptMessageId(row.getLong(1), row.getLong(2)), message, OVERHEAD + row.getLong(12));
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
        try (PreparedStatement prepared = prepare(statement, parameters); ResultSet rows = prepared.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(mapper.map(rows));
            }
            return all;
        }
    }

    private int update(Statement statement, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement prepared = prepare(statement, parameters)) {
            return prepared.executeUpdate();
        }
    }

    private PreparedStatement prepare(Statement statement, @Nullable Object... parameters) throws SQLException {
        PreparedStatement prepared = jdbc.prepareStatement(queries.sql(statement));
        for (int i = 0; i < parameters.length; i++) {
            prepared.setObject(i + 1, parameters[i]);
        }
        return prepared;
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
