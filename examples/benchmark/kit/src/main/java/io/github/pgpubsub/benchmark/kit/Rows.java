package io.github.pgpubsub.benchmark.kit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Messages that are rows of a table with the columns channel and payload, written by plain JDBC. A blocking sender commits one row and
 * has a connection of its own, as it would have one of a pool; the asynchronous one commits many rows with one statement. The reader
 * is somebody else's.
 */
public final class Rows implements Link {

    private final Server server;
    private final String table;
    private final AutoCloseable reader;
    private final Map<Thread, PreparedStatement> statements = new ConcurrentHashMap<>();
    private final String[] channels;
    private final String[] payloads;
    private final Consumer<?>[] callbacks;
    private Connection batches;
    private PreparedStatement batch;
    private int filled;

    /**
     * @param size   rows to a commit of the asynchronous sender
     * @param reader is closed first
     */
    public Rows(Server server, String table, int size, AutoCloseable reader) {
        this.server = server;
        this.table = table;
        this.reader = reader;
        this.channels = new String[size];
        this.payloads = new String[size];
        this.callbacks = new Consumer<?>[size];
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }

    @Override
    public void send(String channel, String payload) throws SQLException {
        PreparedStatement insert = statements.get(Thread.currentThread());
        if (insert == null) {
            insert = connect().prepareStatement("insert into %s (channel, payload) values (?, ?)".formatted(table));
            statements.put(Thread.currentThread(), insert);
        }
        insert.setString(1, channel);
        insert.setString(2, payload);
        insert.executeUpdate();
    }

    @Override
    public void sendAsync(String channel, String payload, Consumer<Throwable> done) throws SQLException {
        channels[filled] = channel;
        payloads[filled] = payload;
        callbacks[filled] = done;
        filled++;
        if (filled == channels.length) {
            flush();
        }
    }

    @Override
    public void flush() throws SQLException {
        if (filled == 0) {
            return;
        }
        if (batches == null) {
            batches = connect();
            batch = batches.prepareStatement(
                    "insert into %s (channel, payload) select * from unnest(?::text[], ?::text[])".formatted(table));
        }
        batch.setArray(1, batches.createArrayOf("text", Arrays.copyOf(channels, filled)));
        batch.setArray(2, batches.createArrayOf("text", Arrays.copyOf(payloads, filled)));
        batch.executeUpdate();
        Stream.of(callbacks).limit(filled).forEach(callback -> callback.accept(null));
        filled = 0;
    }

    @Override
    public void makeBacklog(List<String> names, int count, int size) throws SQLException {
        Backlogs.insert(server, table, names, count, size);
    }

    @Override
    public void close() throws Exception {
        reader.close();
        for (PreparedStatement statement : statements.values()) {
            statement.getConnection().close();
        }
        if (batches != null) {
            batches.close();
        }
    }
}
