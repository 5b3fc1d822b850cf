package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that publishes users' notifications. Values are bound, never put into the text. On a backend of its own, the publisher sends
 * the notifications alone; on a shared backend, it sends marks of {@link OwnMessages} around them.
 */
public final class NotifyStatement implements BatchStatement<OutgoingNotification> {

    private static final String NOTIFY = "pg_catalog.pg_notify(?::pg_catalog.text, ?::pg_catalog.text)";
    private static final String ONE = "select " + NOTIFY;
    private static final String MANY_ON_ONE_CHANNEL = """
            select pg_catalog.count(pg_catalog.pg_notify(?::pg_catalog.text, p))
            from pg_catalog.unnest(?::pg_catalog.text[]) as t(p)""";
    private static final String EACH = "pg_catalog.count(pg_catalog.pg_notify(c, p))"
            + " from rows from (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[])) as t(c, p)";
    private static final String MANY = "select " + EACH;
    /** Sets for the transaction what {@link io.github.pgpubsub.internal.connection.ServerConnection} sets for a whole connection. */
    private static final String MANY_MARKED = "select pg_catalog.set_config('synchronous_commit', 'off', true), " + EACH;
    /** Sets nothing, because the transaction belongs to somebody else. */
    private static final String ONE_MARKED = "select " + NOTIFY + ", " + NOTIFY + ", " + NOTIFY;

    /** Turns the server's idle timeout off, which would end the session of a role that has a short one while nothing is sent. */
    private static final Map<String, String> SESSION_SETTINGS = Map.of("idle_session_timeout", "0");

    private final OwnMessages ownMessages;

    /** @param ownMessages learns what is sent with this */
    public NotifyStatement(OwnMessages ownMessages) {
        this.ownMessages = ownMessages;
    }

    @Override
    public String noun() {
        return "notification";
    }

    @Override
    public ServerConnection open(ConnectionSource source, String name, Duration ioTimeout,
            @Nullable ConnectionCustomizer customizer)
            throws SQLException {
        return ServerConnection.open(source, name, ioTimeout, customizer);
    }

    @Override
    public void opened(ServerConnection connection) throws SQLException {
        if (!connection.behindPooler()) {
            connection.set(SESSION_SETTINGS);
            ownMessages.register(connection.server(), connection.backend());
        }
    }

    @Override
    public void closed(ServerConnection connection) {
        ownMessages.retire(connection.server(), connection.backend());
    }

    @Override
    public void send(ServerConnection connection, List<OutgoingNotification> batch) throws SQLException {
        if (connection.behindPooler()) {
            sendMarked(connection.jdbc(), batch, ownMessages);
        } else {
            send(connection.jdbc(), batch);
        }
    }

    /** Sends the batch on a backend that serves nobody else. */
    private static void send(Connection connection, List<OutgoingNotification> batch) throws SQLException {
        int size = batch.size();
        String channel = batch.get(0).channel;
        String[] channels = new String[size];
        String[] payloads = new String[size];
        boolean oneChannel = true;
        for (int i = 0; i < size; i++) {
            OutgoingNotification each = batch.get(i);
            channels[i] = each.channel;
            payloads[i] = each.payload;
            oneChannel &= each.channel.equals(channel);
        }
        if (size == 1) {
            execute(connection, ONE, channel, payloads[0]);
        } else if (oneChannel) {
            execute(connection, MANY_ON_ONE_CHANNEL, channel, payloads);
        } else {
            execute(connection, MANY, channels, payloads);
        }
    }

    /** Sends the batch between marks, on a backend that serves others between its transactions. */
    private static void sendMarked(Connection connection, List<OutgoingNotification> batch, OwnMessages ownMessages)
            throws SQLException {
        int size = batch.size();
        String[] channels = new String[size + 2];
        String[] payloads = new String[size + 2];
        channels[0] = ownMessages.channel();
        payloads[0] = ownMessages.beginMark();
        for (int i = 0; i < size; i++) {
            channels[i + 1] = batch.get(i).channel;
            payloads[i + 1] = batch.get(i).payload;
        }
        channels[size + 1] = ownMessages.channel();
        payloads[size + 1] = OwnMessages.endMark(payloads[0]);
        execute(connection, MANY_MARKED, channels, payloads);
    }

    /** Prepares the statement of {@link #sendOneMarked}; sends nothing to the server. */
    static PreparedStatement prepareOneMarked(Connection connection) throws SQLException {
        return connection.prepareStatement(ONE_MARKED);
    }

    /** Sends one notification between marks, in the connection's current transaction. */
    static void sendOneMarked(PreparedStatement statement, String channel, String payload, OwnMessages ownMessages)
            throws SQLException {
        String begin = ownMessages.beginMark();
        String[] values = {ownMessages.channel(), begin, channel, payload, ownMessages.channel(), OwnMessages.endMark(begin)};
        for (int i = 0; i < values.length; i++) {
            statement.setString(i + 1, values[i]);
        }
        statement.executeQuery().close();
    }

    /** @param values texts, or arrays of texts */
    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                if (values[i] instanceof String[] texts) {
                    statement.setArray(i + 1, connection.createArrayOf("text", texts));
                } else {
                    statement.setString(i + 1, (String) values[i]);
                }
            }
            statement.executeQuery().close();
        }
    }
}
