package io.github.pgpubsub.benchmark.peers.pgjdbc;

import io.github.pgpubsub.benchmark.kit.Link;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One notification per commit; each sending thread has its own connection, as from a pool. */
public final class OneByOne implements Link {

    private final Connections connections;
    private final ListenLoop loop;
    private final Map<Thread, PreparedStatement> statements = new ConcurrentHashMap<>();

    public OneByOne(Connections connections, ListenLoop loop) {
        this.connections = connections;
        this.loop = loop;
    }

    /** Opens a connection. */
    public interface Connections {

        Connection open() throws SQLException;
    }

    @Override
    public void send(String channel, String payload) throws SQLException {
        PreparedStatement notify = statements.get(Thread.currentThread());
        if (notify == null) {
            notify = connections.open().prepareStatement("select pg_notify(?, ?)");
            statements.put(Thread.currentThread(), notify);
        }
        notify.setString(1, channel);
        notify.setString(2, payload);
        notify.executeQuery().close();
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        loop.close();
        for (PreparedStatement statement : statements.values()) {
            statement.getConnection().close();
        }
    }
}
