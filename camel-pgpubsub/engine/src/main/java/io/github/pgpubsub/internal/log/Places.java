package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.Place;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.kept.StartFrom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes, moves and leaves the groups' places in the log, each in a transaction of its own. Belongs to the reading thread. */
final class Places {

    /** Longest text of an error that is kept with a parked message, characters. */
    private static final int MAX_ERROR = 10_000;
    /** invalid_parameter_value: of join_group, the group has another number of shards. */
    static final String OTHER_SHARDS = "22023";

    /** lock_not_available. */
    private static final String LOCKED = "55P03";

    private final Statements sql;
    private final UUID reader;
    private final String leader;

    /** The place's number and what it holds; in place of it, null: there is none, or the transaction that holds it. */
    record Taking(long no, @Nullable Place place, @Nullable String blocker) {}

    /** A place as it was found, before it is led. */
    private record Found(long no, Place place) {}

    /**
     * @param reader names the process for writers
     * @param leader what operators see as the group's leader
     */
    Places(Statements sql, UUID reader, String leader) {
        this.sql = sql;
        this.reader = reader;
        this.leader = leader;
    }

    /** A place that another transaction holds is not waited for for more than a second. */
    Taking take(Shard group, UUID owner) throws SQLException {
        try {
            return sql.transaction(() -> {
                sql.query(Statement.PREPARE_TO_TAKE, row -> true);
                Found found = sql.first(Statement.TAKE, Places::found, group.channel(), group.group(), group.shard(),
                        group.shards());
                if (found == null) {
                    return new Taking(0, null, null);
                }
                Long epoch = sql.first(Statement.LEAD, row -> row.getLong(1), owner.toString(), found.place.redeliveredId(),
                        found.no);
                if (epoch == null) {
                    throw new IllegalStateException("The place is locked and gone");
                }
                sql.update(Statement.READER, reader.toString(), leader, found.no);
                seen(found.no);
                return new Taking(found.no, led(found.place, epoch), null);
            });
        } catch (SQLException e) {
            if (!LOCKED.equals(e.getSQLState())) {
                throw e;
            }
            String blocker = sql.single(Statement.BLOCKER, row -> row.getString(1), group.channel(), group.group(),
                    group.shard());
            return new Taking(0, null, blocker == null ? "another transaction" : blocker);
        }
    }

    /** {@code redeliveredId} is the new one; the epoch is still the former one's. */
    private static Found found(ResultSet row) throws SQLException {
        String former = row.getString(3);
        Bound upto = Windows.bound(row, 7);
        boolean sameTimeline = row.getBoolean(13);
        long redeliveredId = row.getLong(11);
        if (!sameTimeline) {
            redeliveredId = Math.max(redeliveredId, Math.max(row.getLong(14), upto == null ? row.getLong(5) : upto.maxId()));
        } else if (former != null && upto != null) {
            redeliveredId = Math.max(redeliveredId, upto.maxId());
        }
        Bound done = Windows.bound(row, 4);
        assert done != null;
        return new Found(row.getLong(1), new Place(row.getLong(2), former == null ? null : UUID.fromString(former), done, upto,
                row.getLong(10), sameTimeline, redeliveredId, row.getLong(12)));
    }

    private static Place led(Place place, long epoch) {
        return new Place(epoch, place.formerOwner(), place.done(), place.upto(), place.lastId(), place.sameTimeline(),
                place.redeliveredId(), place.missed());
    }

    /**
     * Makes the group's place unless there is one, and returns its number.
     *
     * @param again  see {@code Effects.join}
     * @param expiry null: the log's for groups
     */
    long join(Shard group, StartFrom startFrom, boolean again, @Nullable Duration expiry) throws SQLException {
        return sql.transaction(() -> {
            List<Long> created = new ArrayList<>();
            long[] no = new long[1];
            sql.query(Statement.JOIN, row -> {
                if (row.getInt(2) == group.shard()) {
                    no[0] = row.getLong(1);
                }
                return row.getBoolean(3) && created.add(row.getLong(1));
            }, group.channel(), group.group(),
                    text(startFrom), group.shards(), expiry == null ? null : expiry.toMillis() + " milliseconds");
            if (again) {
                for (long each : created) {
                    sql.update(Statement.MARK_ALL, each);
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
        sql.statements(() -> sql.query(Statement.DROP_GROUP, row -> row.getBoolean(1), group.channel(), group.group()));
    }

    void endBlockers(Shard group) throws SQLException {
        sql.statements(
                () -> sql.query(Statement.END_BLOCKER, row -> row.getBoolean(1), group.channel(), group.group(), group.shard()));
    }

    /** Keeps the group from expiring. */
    void seen(List<Long> nos) throws SQLException {
        sql.statements(() -> sql.update(Statement.SEEN, sql.array("int8", nos.toArray())));
    }

    private void seen(long no) throws SQLException {
        sql.update(Statement.SEEN, sql.array("int8", no));
    }

    /**
     * Moves the place. If it is given back, writers need not wake this process for it any more. That is one transaction, because a
     * successor enters its own name as soon as it gets the place.
     */
    Outcome acknowledge(long no, Fence fence, Acknowledgement wanted) throws SQLException {
        if (!wanted.release()) {
            return sql.statements(() -> move(no, fence, wanted));
        }
        return sql.transaction(() -> {
            Outcome outcome = move(no, fence, wanted);
            if (outcome == Outcome.MOVED) {
                sql.update(Statement.READER, null, null, no);
            }
            return outcome;
        });
    }

    private Outcome move(long no, Fence fence, Acknowledgement wanted) throws SQLException {
        Bound upto = wanted.upto();
        Long moved = sql.first(Statement.ACKNOWLEDGE, row -> row.getLong(1), wanted.lastId(), wanted.whole(), wanted.release(),
                wanted.missedTold(), no, fence.epoch(), fence.owner().toString(), upto == null ? "" : upto.snapshot().text(),
                upto == null ? 0L : upto.maxId(), upto == null ? "" : String.valueOf(upto.xid()));
        return moved == null ? standing(no, fence) : Outcome.MOVED;
    }

    /** Why an update of the place found no row. */
    private Outcome standing(long no, Fence fence) throws SQLException {
        Outcome outcome = sql.first(Statement.STANDING, row -> row.getLong(1) == fence.epoch()
                && Objects.equals(row.getString(2), fence.owner().toString()) ? Outcome.DIFFERS : Outcome.DEPOSED, no);
        return outcome == null ? Outcome.GONE : outcome;
    }

    Outcome park(Shard group, long no, Fence fence, Bound upto, Delivery<KeptRow> delivery, boolean moveLastId, String error)
            throws SQLException {
        Page.Row<KeptRow> row = delivery.row();
        assert row != null;
        return sql.transaction(() -> {
            Outcome outcome = move(no, fence,
                    new Acknowledgement(upto, moveLastId ? row.id().id() : 0, false, false, 0));
            if (outcome == Outcome.MOVED) {
                KeptRow message = row.message();
                sql.query(Statement.PARK, stored -> true, group.channel(), group.group(), row.id().id(),
                        row.id().at().atOffset(ZoneOffset.UTC),
                        message.key(),
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
}
