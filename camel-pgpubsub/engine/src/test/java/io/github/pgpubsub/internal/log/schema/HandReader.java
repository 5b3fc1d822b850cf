package io.github.pgpubsub.internal.log.schema;

import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One group's reader, step by step: what a test wants to happen between two statements happens there. */
final class HandReader implements AutoCloseable {

    /** One row of a page. */
    record Row(long id, String payload, boolean forGroup) {}

    static final long NO_LIMIT = Long.MAX_VALUE / 2;

    final Connection connection;
    final String channel;
    final String grp;
    final UUID owner = UUID.randomUUID();
    final LogQueries queries;
    long no;
    long epoch;
    String done = "";
    long doneMaxId;
    String doneXid = "";
    /** Empty: no window is stored. */
    String upto = "";
    long uptoMaxId;
    String uptoXid = "";
    long lastId;
    long missed;

    private HandReader(Connection connection, String schema, String channel, String grp) {
        this.connection = connection;
        this.channel = channel;
        this.grp = grp;
        this.queries = new LogQueries(schema);
    }

    /** Joins and takes the lead. */
    static HandReader join(PostgresExtension postgres, String channel, String grp, String startFrom) throws SQLException {
        return join(postgres.connect(), "pgpubsub", channel, grp, startFrom);
    }

    /** On this connection, which the reader closes. */
    static HandReader join(Connection connection, String schema, String channel, String grp, String startFrom)
            throws SQLException {
        HandReader reader = new HandReader(connection, schema, channel, grp);
        reader.execute(LogQueries.settings("set"));
        reader.no = reader.one(Statement.JOIN, row -> row.getLong(1), channel, grp, startFrom, 1, null);
        reader.lead();
        return reader;
    }

    void lead() throws SQLException {
        long redeliveredId = one(Statement.TAKE, row -> {
            done = row.getString(4);
            doneMaxId = row.getLong(5);
            doneXid = row.getString(6);
            upto = row.getString(7) == null ? "" : row.getString(7);
            uptoMaxId = row.getLong(8);
            uptoXid = row.getString(9) == null ? "" : row.getString(9);
            lastId = row.getLong(10);
            missed = row.getLong(12);
            return row.getLong(11);
        }, channel, grp, 0, 1);
        epoch = one(Statement.LEAD, row -> row.getLong(1), owner.toString(), redeliveredId, no);
    }

    /** Takes a snapshot and stores the window up to it. False: deposed, or there is nothing in it. */
    boolean open() throws SQLException {
        if (!upto.isEmpty()) {
            throw new IllegalStateException("The window is not done");
        }
        return one(Statement.OPEN, row -> {
            if (!row.getBoolean(11)) {
                throw new IllegalStateException("The transaction has an xid");
            }
            if (row.getString(1) == null) {
                return false;
            }
            upto = row.getString(1);
            uptoMaxId = row.getLong(2);
            uptoXid = row.getString(3);
            lastId = 0;
            return true;
        }, no, epoch, owner.toString(), done, doneMaxId, doneXid, channel, doneMaxId, done, channel, channel, done, doneXid, no);
    }

    /**
     * Acknowledges the whole window and opens the next one by the same statement.
     *
     * @return whether there is a next one; null: nothing was changed, because another owner or another window was found
     */
    @Nullable
    Boolean next() throws SQLException {
        return one(Statement.NEXT, row -> {
            if (!row.getBoolean(11)) {
                throw new IllegalStateException("The transaction has an xid");
            }
            if (!row.getBoolean(12)) {
                return null;
            }
            done = upto;
            doneMaxId = uptoMaxId;
            doneXid = uptoXid;
            upto = row.getString(1) == null ? "" : row.getString(1);
            uptoMaxId = row.getLong(2);
            uptoXid = row.getString(3) == null ? "" : row.getString(3);
            missed = row.getLong(4);
            lastId = 0;
            return !upto.isEmpty();
        }, channel, uptoMaxId, upto, channel, channel, upto, uptoXid, lastId, 0, no, epoch, owner.toString(), upto, uptoMaxId,
                uptoXid, no);
    }

    /** All of the open window, which stays open. */
    List<String> pages() throws SQLException {
        List<String> payloads = new ArrayList<>();
        for (List<Row> page = page(100, NO_LIMIT); !page.isEmpty(); page = page(100, NO_LIMIT)) {
            page.forEach(row -> payloads.add(row.payload()));
            if (!acknowledge(page.get(page.size() - 1).id())) {
                throw new IllegalStateException("Deposed");
            }
        }
        return payloads;
    }

    /** As {@link #open()}, with time between the three steps, which a test uses. */
    void openSlowly(String snapshot, long maxId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("update pgpubsub.place set upto = ?::pg_snapshot,"
                + " upto_max_id = ?, upto_xid = pg_current_xact_id(), last_id = 0 where no = ? returning upto_xid")) {
            statement.setString(1, snapshot);
            statement.setLong(2, maxId);
            statement.setLong(3, no);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                uptoXid = row.getString(1);
            }
        }
        upto = snapshot;
        uptoMaxId = maxId;
        lastId = 0;
    }

    /** The rows after {@code lastId}, which does not move. */
    List<Row> page(int rows, long bytes) throws SQLException {
        java.sql.Array shards = connection.createArrayOf("int2", new Short[] {0});
        long after = Math.max(lastId, doneMaxId);
        if (lastId < doneMaxId) {
            List<Row> stragglers = all(Statement.STRAGGLERS, HandReader::row, done, upto, done, Long.parseLong(doneXid), upto,
                    channel, lastId, doneMaxId, grp, 1, shards, rows, rows, bytes);
            if (!stragglers.isEmpty()) {
                return stragglers;
            }
        }
        return all(Statement.REST, HandReader::row, channel, after, uptoMaxId, done, upto, upto, done, upto, grp, 1, shards,
                rows, bytes);
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(row.getLong(1), row.getString(4), row.getBoolean(9));
    }

    /** False: deposed, or another window. */
    boolean acknowledge(long id) throws SQLException {
        boolean mine = acknowledge(id, false);
        if (mine) {
            lastId = Math.max(lastId, id);
        }
        return mine;
    }

    private boolean acknowledge(long id, boolean whole) throws SQLException {
        return !all(Statement.ACKNOWLEDGE, row -> true, id, whole, false, 0, no, epoch, owner.toString(), upto, uptoMaxId,
                uptoXid).isEmpty();
    }

    boolean finish() throws SQLException {
        if (!acknowledge(lastId, true)) {
            return false;
        }
        done = upto;
        doneMaxId = uptoMaxId;
        doneXid = uptoXid;
        upto = "";
        uptoMaxId = 0;
        uptoXid = "";
        return true;
    }

    /** The rest of the open window, or else one window up to now, acknowledged. */
    List<String> read() throws SQLException {
        if (upto.isEmpty() && !open()) {
            return List.of();
        }
        List<String> payloads = pages();
        finish();
        return payloads;
    }

    void execute(String sql) throws SQLException {
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What is made of a row. */
    interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    <T> T one(Statement statement, Mapper<T> mapper, Object... parameters) throws SQLException {
        List<T> all = all(statement, mapper, parameters);
        if (all.size() != 1) {
            throw new IllegalStateException(all.size() + " rows from: " + statement);
        }
        return all.get(0);
    }

    <T> List<T> all(Statement statement, Mapper<T> mapper, Object... parameters) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(queries.sql(statement))) {
            for (int i = 0; i < parameters.length; i++) {
                prepared.setObject(i + 1, parameters[i]);
            }
            List<T> all = new ArrayList<>();
            try (ResultSet rows = prepared.executeQuery()) {
                while (rows.next()) {
                    all.add(mapper.map(rows));
                }
            }
            return all;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
