package io.github.pgpubsub.benchmark.peers.pgjdbc;

import io.github.pgpubsub.benchmark.kit.Link;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** 256 notifications per commit from one sending thread: the maximum to which the other peers are compared. */
final class Batched implements Link {

    private static final int SIZE = 256;

    private final Connection connection;
    private final PreparedStatement notify;
    private final String[] channels = new String[SIZE];
    private final String[] payloads = new String[SIZE];
    private final Consumer<?>[] callbacks = new Consumer<?>[SIZE];
    private int filled;

    Batched(Connection connection) throws SQLException {
        this.connection = connection;
        this.notify = connection.prepareStatement("select count(pg_notify(c, p)) from unnest(?::text[], ?::text[]) as t(c, p)");
    }

    @Override
    public void send(String channel, String payload) {
        throw new UnsupportedOperationException("this peer only sends, and only in batches");
    }

    @Override
    public void sendAsync(String channel, String payload, Consumer<Throwable> done) throws SQLException {
        channels[filled] = channel;
        payloads[filled] = payload;
        callbacks[filled] = done;
        filled++;
        if (filled == SIZE) {
            flush();
        }
    }

    @Override
    public void flush() throws SQLException {
        if (filled == 0) {
            return;
        }
        notify.setArray(1, connection.createArrayOf("text", Arrays.copyOf(channels, filled)));
        notify.setArray(2, connection.createArrayOf("text", Arrays.copyOf(payloads, filled)));
        notify.executeQuery().close();
        Stream.of(callbacks).limit(filled).forEach(callback -> callback.accept(null));
        filled = 0;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
