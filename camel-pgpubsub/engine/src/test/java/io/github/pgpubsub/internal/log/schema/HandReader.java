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
        reader.execute(LogQueries.SETTINGS);
        reader.no = reader.one(Statement.JOIN, row -> row.getLong(1), channel, grp, startFrom, 1, null);
        reader.lead();
        return reader;
    }

    void lead() throws SQLException {
        one(Statement.LEAD, row -> {
            epoch = row.getLong(1);
            done = row.getString(2);
            doneMaxId = row.getLong(3);
            doneXid = row.getString(4);
            upto = row.getString(5) == null ? "" : row.getString(5);
            uptoMaxId = row.getLong(6);
            lastId = row.getLong(7);
            missed = row.getLong(9);
            return true;
        }, owner.toString(), no);
    }

    /** Takes a snapshot and stores the window up to it, whether or not anything is in it. False: deposed. */
    boolean open() throws SQLException {
        String[] snapshot = one(Statement.SNAPSHOT, row -> new String[] {row.getString(1), row.getString(2)});
        return open(snapshot[0], Long.parseLong(snapshot[1]));
    }

    boolean open(String newUpto, long newUptoMaxId) throws SQLException {
        if (!upto.isEmpty()) {
            throw new IllegalStateException("The window is not done");
        }
        long first = firstStraggler(newUpto);
        List<Boolean> stored = all(Statement.OPEN, row -> true, newUpto, newUptoMaxId, first - 1, no, epoch, owner.toString(),
                "");
        if (stored.isEmpty()) {
            return false;
        }
        upto = newUpto;
        uptoMaxId = newUptoMaxId;
        lastId = first - 1;
        return true;
    }

    private long firstStraggler(String newUpto) throws SQLException {
        long[] stragglers = one(Statement.FIRST_STRAGGLER, row -> new long[] {orNone(row.getObject(1, Long.class)),
            orNone(row.getObject(2, Long.class))}, channel, done, newUpto, channel, newUpto, done, doneXid);
        return Math.min(Math.min(stragglers[0], stragglers[1]), doneMaxId + 1);
    }

    private static long orNone(Long id) {
        return id == null ? NO_LIMIT : id;
    }

    /** The rows after {@code lastId}, which does not move. */
    List<Row> page(int rows, long bytes) throws SQLException {
        return all(Statement.PAGE, row -> new Row(row.getLong(1), row.getString(3), row.getBoolean(8)), channel, lastId,
                uptoMaxId, done,
                upto, upto, done, upto, grp, 1, connection.createArrayOf("int2", new Short[] {0}), rows, bytes);
    }

    /** False: deposed, or another window. */
    boolean acknowledge(long id) throws SQLException {
        boolean mine = !all(Statement.ACKNOWLEDGE, row -> true, array("int8", no), array("int8", epoch), array("uuid", owner),
                array("text", upto), array("int8", id)).isEmpty();
        if (mine) {
            lastId = Math.max(lastId, id);
        }
        return mine;
    }

    boolean finish() throws SQLException {
        List<String[]> stored = all(Statement.DONE, row -> new String[] {row.getString(1), row.getString(2), row.getString(3)},
                no, epoch, owner.toString(), upto);
        if (stored.isEmpty()) {
            return false;
        }
        done = stored.get(0)[0];
        doneMaxId = Long.parseLong(stored.get(0)[1]);
        doneXid = stored.get(0)[2];
        upto = "";
        return true;
    }

    /** The rest of the open window, or else one window up to now, acknowledged. */
    List<String> read() throws SQLException {
        if (upto.isEmpty() && !open()) {
            throw new IllegalStateException("Deposed");
        }
        List<String> payloads = new ArrayList<>();
        for (List<Row> page = page(100, NO_LIMIT); !page.isEmpty(); page = page(100, NO_LIMIT)) {
            page.forEach(row -> payloads.add(row.payload()));
            if (!acknowledge(page.get(page.size() - 1).id())) {
                throw new IllegalStateException("Deposed");
            }
        }
        finish();
        return payloads;
    }

    void execute(String sql) throws SQLException {
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private java.sql.Array array(String type, Object value) throws SQLException {
        return connection.createArrayOf(type, new Object[] {value});
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
