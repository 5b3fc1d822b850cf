package io.github.pgpubsub.internal.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a program with plain JDBC does to read the log in windows between two snapshots: one connection, one thread, pages of 2,000 rows,
 * a place that is written when a window begins and when it ends. No leadership, no bounds by bytes, no acknowledgement within a window,
 * no wake-ups. The limit for what this engine can reach.
 */
final class HandProgram implements AutoCloseable {

    private static final int PAGE = 2000;

    private static final String NOW = "select pg_current_snapshot()::text, coalesce(pg_sequence_last_value('pgpubsub.message_id'), 0)";
    private static final String OPEN = "update hand_place set upto = ?::pg_snapshot, upto_max_id = ? returning pg_current_xact_id()::text";
    private static final String LOWEST = """
            select least((select min(m.id) from unnest(array(select pg_snapshot_xip(?::pg_snapshot))) as x
                cross join lateral (select id from pgpubsub.message where channel = ? and txid = x order by txid, id limit 1) m),
                (select min(id) from pgpubsub.message where channel = ? and txid >= pg_snapshot_xmax(?::pg_snapshot) and txid <= ?::xid8))""";
    private static final String READ = """
            select id, (extract(epoch from at) * 1000000)::int8, key, payload, bytes, headers::text, context
            from pgpubsub.message
            where channel = ? and id > ? and id <= ?
                and (txid >= pg_snapshot_xmax(?::pg_snapshot) and txid < pg_snapshot_xmax(?::pg_snapshot)
                        and pg_visible_in_snapshot(txid, ?::pg_snapshot)
                    or txid = any (array(select x from pg_snapshot_xip(?::pg_snapshot) x where pg_visible_in_snapshot(x, ?::pg_snapshot))))
            order by id limit ?""";
    private static final String CLOSE = "update hand_place set done = upto, done_max_id = upto_max_id, upto = null";

    private final Connection connection;
    private final String channel;
    private final AtomicLong received;
    private final Thread thread = new Thread(this::run, "by hand");
    private volatile boolean over;
    private long bytes;

    HandProgram(Connection connection, String channel, AtomicLong received) throws SQLException {
        this.connection = connection;
        this.channel = channel;
        this.received = received;
        connection.createStatement()
                .execute("set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set jit = off;"
                        + " drop table if exists hand_place; create table hand_place (done pg_snapshot, done_max_id bigint, upto pg_snapshot,"
                        + " upto_max_id bigint); insert into hand_place values ('3:3:', 0)");
    }

    void start() {
        thread.start();
    }

    private void run() {
        try (PreparedStatement now = connection.prepareStatement(NOW);
                PreparedStatement open = connection.prepareStatement(OPEN);
                PreparedStatement lowest = connection.prepareStatement(LOWEST);
                PreparedStatement read = connection.prepareStatement(READ);
                PreparedStatement close = connection.prepareStatement(CLOSE)) {
            String done = "3:3:";
            long doneMaxId = 0;
            String doneXid = "3";
            while (!over) {
                String upto;
                long uptoMaxId;
                try (ResultSet row = now.executeQuery()) {
                    row.next();
                    upto = row.getString(1);
                    uptoMaxId = row.getLong(2);
                }
                if (upto.equals(done)) {
                    TimeUnit.MICROSECONDS.sleep(500);
                    continue;
                }
                String xid;
                open.setString(1, upto);
                open.setLong(2, uptoMaxId);
                try (ResultSet row = open.executeQuery()) {
                    row.next();
                    xid = row.getString(1);
                }
                pages(read, Math.min(doneMaxId, first(lowest, done, doneXid, doneMaxId)), uptoMaxId, done, upto);
                close.executeUpdate();
                done = upto;
                doneMaxId = uptoMaxId;
                doneXid = xid;
            }
        } catch (SQLException | InterruptedException e) {
            e.printStackTrace();
        }
    }

    private long first(PreparedStatement lowest, String done, String doneXid, long doneMaxId) throws SQLException {
        lowest.setString(1, done);
        lowest.setString(2, channel);
        lowest.setString(3, channel);
        lowest.setString(4, done);
        lowest.setString(5, doneXid);
        try (ResultSet row = lowest.executeQuery()) {
            row.next();
            long id = row.getLong(1);
            return row.wasNull() ? doneMaxId : id - 1;
        }
    }

    private void pages(PreparedStatement read, long after, long last, String done, String upto) throws SQLException {
        long from = after;
        int rows = PAGE;
        while (rows == PAGE) {
            read.setString(1, channel);
            read.setLong(2, from);
            read.setLong(3, last);
            read.setString(4, done);
            read.setString(5, upto);
            read.setString(6, upto);
            read.setString(7, done);
            read.setString(8, upto);
            read.setInt(9, PAGE);
            rows = 0;
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    rows++;
                    from = row.getLong(1);
                    bytes += row.getLong(2) & 1;
                    bytes += length(row.getString(3)) + length(row.getString(4)) + length(row.getString(6))
                            + length(row.getString(7));
                    bytes += row.getBytes(5) == null ? 0 : 1;
                }
            }
            received.lazySet(received.get() + rows);
        }
    }

    private static int length(String text) {
        return text == null ? 0 : text.length();
    }

    @Override
    public void close() throws Exception {
        over = true;
        thread.join();
        System.out.println("(" + bytes + " bytes by hand)");
        connection.close();
    }
}
