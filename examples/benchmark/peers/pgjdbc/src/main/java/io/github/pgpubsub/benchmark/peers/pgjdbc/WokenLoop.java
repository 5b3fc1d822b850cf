package io.github.pgpubsub.benchmark.peers.pgjdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.function.Consumer;
import org.postgresql.PGConnection;

/**
 * The shortest way from a row of the log to a reader: it sleeps as the component's reader does, so the writer's trigger wakes it, and
 * asks one query. It reads by id, so it would lose what commits late, and is no reader to use; it is the limit for the latency.
 */
final class WokenLoop implements AutoCloseable {

    private static final int WAIT_MILLIS = 100;

    private final Connection connection;
    private final Consumer<String> receiver;
    private final PreparedStatement query;
    private final Thread thread = new Thread(this::read, "reader");
    private volatile boolean closing;

    WokenLoop(Connection connection, String channel, Consumer<String> receiver) throws SQLException {
        this.connection = connection;
        this.receiver = receiver;
        UUID reader = UUID.randomUUID();
        try (PreparedStatement join = connection.prepareStatement("select no from pgpubsub.join_group(?, 'woken', 'now')");
                PreparedStatement name = connection
                        .prepareStatement("update pgpubsub.subscriber set reader = ? where channel = ? and grp = 'woken'");
                PreparedStatement sleep = connection
                        .prepareStatement("select pg_advisory_lock(hashtextextended('pgpubsub/sleep/' || ? || '/' || ?, 0))");
                Statement listen = connection.createStatement()) {
            join.setString(1, channel);
            join.executeQuery().close();
            name.setObject(1, reader);
            name.setString(2, channel);
            name.executeUpdate();
            sleep.setString(1, reader.toString());
            sleep.setString(2, channel);
            sleep.executeQuery().close();
            listen.execute("listen \"pgpubsub/wake/" + reader + "\"");
        }
        query = connection.prepareStatement("select id, payload from pgpubsub.message where channel = ? and id > ? order by id");
        query.setString(1, channel);
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        try {
            PGConnection driver = connection.unwrap(PGConnection.class);
            long lastId = 0;
            while (!closing) {
                if (driver.getNotifications(WAIT_MILLIS) != null) {
                    lastId = read(lastId);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long read(long afterId) throws SQLException {
        long lastId = afterId;
        query.setLong(2, afterId);
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                lastId = rows.getLong(1);
                receiver.accept(rows.getString(2));
            }
        }
        return lastId;
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        closing = true;
        thread.join();
        connection.close();
    }
}
