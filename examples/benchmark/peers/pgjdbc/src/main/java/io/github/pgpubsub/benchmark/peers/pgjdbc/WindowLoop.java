package io.github.pgpubsub.benchmark.peers.pgjdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Reads a channel of the log window by window, as the component does, with one connection on one thread and nothing else: no
 * election, no hand-over, no acknowledgement while a window is read. A window lies between two snapshots; the statement that closes one
 * opens the next. Stragglers are rows of transactions that ran when the previous window was opened; all others have higher ids.
 */
final class WindowLoop implements AutoCloseable {

    private static final int PAGE = 2000;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final String SETTINGS = "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set jit = off";

    /** The snapshot is the statement's; then it reads the sequence, and then it draws an xid. */
    private static final String TURN = """
            with now_ as materialized (
                select pg_current_snapshot() as upto, coalesce(pg_sequence_last_value('pgpubsub.message_id'::regclass), 0) as max_id)
            update pgpubsub.place p set done = coalesce(p.upto, p.done), done_max_id = coalesce(p.upto_max_id, p.done_max_id),
                done_xid = coalesce(p.upto_xid, p.done_xid), last_id = 0, upto = n.upto, upto_max_id = n.max_id,
                upto_xid = case when n.max_id is not null then pg_current_xact_id() end
            from now_ n where p.no = ?
            returning p.done::text, p.done_max_id, p.done_xid::text, p.upto::text, p.upto_max_id""";

    private static final String STRAGGLERS = """
            select id, payload from pgpubsub.message
            where channel = ? and txid = any (?::text[]::xid8[]) and id <= ? and pg_visible_in_snapshot(txid, ?::pg_snapshot)
            order by id""";

    private static final String REST = """
            select id, payload from pgpubsub.message
            where channel = ? and id > ? and id <= ?
                and (txid >= pg_snapshot_xmax(?::pg_snapshot) and txid < pg_snapshot_xmax(?::pg_snapshot)
                        and pg_visible_in_snapshot(txid, ?::pg_snapshot)
                    or txid = any (array(select x from pg_snapshot_xip(?::pg_snapshot) x
                        where pg_visible_in_snapshot(x, ?::pg_snapshot))))
            order by id limit ?""";

    private final Connection connection;
    private final String channel;
    private final Consumer<String> receiver;
    private final long place;
    private final PreparedStatement turn;
    private final PreparedStatement stragglers;
    private final PreparedStatement rest;
    private final Thread thread = new Thread(this::read, "reader");
    private volatile boolean closing;

    /** The bounds of a window. */
    private record Window(String done, long doneMaxId, long doneXid, String upto, long maxId) {

        /** Transactions whose rows have ids up to doneMaxId and yet may be in this window: running then, or begun before the xid was drawn. */
        List<String> late() {
            String[] parts = done.split(":", -1);
            List<String> late = new ArrayList<>();
            if (!parts[2].isEmpty()) {
                late.addAll(List.of(parts[2].split(",")));
            }
            // doneXid itself is the statement's that opened the window.
            for (long xid = Long.parseLong(parts[1]); xid < doneXid; xid++) {
                late.add(Long.toString(xid));
            }
            return late;
        }
    }

    WindowLoop(Connection connection, String channel, Consumer<String> receiver) throws SQLException {
        this.connection = connection;
        this.channel = channel;
        this.receiver = receiver;
        try (Statement statement = connection.createStatement()) {
            statement.execute(SETTINGS);
        }
        this.place = join();
        this.turn = connection.prepareStatement(TURN);
        this.stragglers = connection.prepareStatement(STRAGGLERS);
        this.rest = connection.prepareStatement(REST);
        thread.setDaemon(true);
        thread.start();
    }

    private long join() throws SQLException {
        try (PreparedStatement join = connection.prepareStatement("select no from pgpubsub.join_group(?, 'plain', 'now')")) {
            join.setString(1, channel);
            try (ResultSet row = join.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private void read() {
        try {
            while (!closing) {
                if (!read(turn())) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Window turn() throws SQLException {
        turn.setLong(1, place);
        try (ResultSet row = turn.executeQuery()) {
            row.next();
            return new Window(row.getString(1), row.getLong(2), Long.parseLong(row.getString(3)), row.getString(4),
                    row.getLong(5));
        }
    }

    /** False: there was nothing in it. */
    private boolean read(Window window) throws SQLException {
        boolean found = false;
        List<String> late = window.late();
        if (!late.isEmpty()) {
            stragglers.setString(1, channel);
            stragglers.setArray(2, connection.createArrayOf("text", late.toArray()));
            stragglers.setLong(3, window.doneMaxId);
            stragglers.setString(4, window.upto);
            found = hand(stragglers) > 0;
        }
        long lastId = window.doneMaxId;
        int rows = PAGE;
        while (rows == PAGE && lastId < window.maxId) {
            rest.setString(1, channel);
            rest.setLong(2, lastId);
            rest.setLong(3, window.maxId);
            rest.setString(4, window.done);
            rest.setString(5, window.upto);
            rest.setString(6, window.upto);
            rest.setString(7, window.done);
            rest.setString(8, window.upto);
            rest.setInt(9, PAGE);
            rows = 0;
            try (ResultSet page = rest.executeQuery()) {
                while (page.next()) {
                    lastId = page.getLong(1);
                    receiver.accept(page.getString(2));
                    rows++;
                }
            }
            found |= rows > 0;
        }
        return found;
    }

    private int hand(PreparedStatement query) throws SQLException {
        int rows = 0;
        try (ResultSet page = query.executeQuery()) {
            while (page.next()) {
                receiver.accept(page.getString(2));
                rows++;
            }
        }
        return rows;
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        closing = true;
        thread.join();
        connection.close();
    }
}
