package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that publishes users' notifications. Values are bound, never put into the text. On a backend of its own, the publisher sends
 * the notifications alone; on a shared backend, it sends marks of {@link OwnMessages} around them. A payload that is kept is stored by the
 * statement that sends the reference to it, in the batch's order.
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

    /**
     * A row must survive a crash of the server as long as a listener may have the reference to it. So the commit waits as the user has set it,
     * and where that is off, for the disk.
     */
    private static final String DURABLE = """
            pg_catalog.set_config('synchronous_commit', case
                when pg_catalog.current_setting('synchronous_commit') operator(pg_catalog.<>) 'off'
                then pg_catalog.current_setting('synchronous_commit')
                else (select case when reset_val operator(pg_catalog.=) 'off' then 'on' else reset_val end from pg_catalog.pg_settings
                    where name operator(pg_catalog.=) 'synchronous_commit') end, true)""";
    /** With the number of each payload's store, or 0. */
    private static final String MANY_STORED = "select " + DURABLE
            + ", pg_catalog.count(pg_catalog.pg_notify(c, case when s operator(pg_catalog.=) 0 then p${stores} end))"
            + " from rows from (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[]),"
            + " pg_catalog.unnest(?::pg_catalog.int4[])) as t(c, p, s)";
    private static final String ONE_STORED_MARKED = "select " + NOTIFY
            + ", pg_catalog.pg_notify(?::pg_catalog.text, ${store}(?::pg_catalog.text, ?::pg_catalog.text)), " + NOTIFY;

    /** Turns the server's idle timeout off, which would end the session of a role that has a short one while nothing is sent. */
    private static final Map<String, String> SESSION_SETTINGS = Map.of("idle_session_timeout", "0");

    private final OwnMessages ownMessages;
    /** On the current connection. */
    private final Set<PayloadStore> prepared = new HashSet<>();

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
        prepared.clear();
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
        List<PayloadStore> stores = stores(connection.jdbc(), batch);
        if (connection.behindPooler()) {
            sendMarked(connection.jdbc(), batch, stores, ownMessages);
        } else if (!stores.isEmpty()) {
            execute(connection.jdbc(), storing(stores), channels(batch, 0), payloads(batch, 0), numbers(batch, 0, stores));
        } else {
            send(connection.jdbc(), batch);
        }
    }

    /** The batch's stores, prepared; usually there is none. */
    private List<PayloadStore> stores(Connection connection, List<OutgoingNotification> batch) throws SQLException {
        List<PayloadStore> stores = List.of();
        for (OutgoingNotification each : batch) {
            if (each.store != null && !stores.contains(each.store)) {
                stores = new ArrayList<>(stores);
                stores.add(each.store);
                if (!prepared.contains(each.store)) {
                    each.store.prepare(connection);
                    prepared.add(each.store);
                }
            }
        }
        return stores;
    }

    private static String storing(List<PayloadStore> stores) {
        StringBuilder cases = new StringBuilder();
        for (int i = 0; i < stores.size(); i++) {
            cases.append(" when s operator(pg_catalog.=) ").append(i + 1).append(" then ").append(stores.get(i).function())
                    .append("(c, p)");
        }
        return MANY_STORED.replace("${stores}", cases);
    }

    /** Sends the batch on a backend that serves nobody else. */
    private static void send(Connection connection, List<OutgoingNotification> batch) throws SQLException {
        String channel = batch.get(0).channel;
        if (batch.size() == 1) {
            execute(connection, ONE, channel, batch.get(0).payload);
        } else if (isOneChannel(batch, channel)) {
            execute(connection, MANY_ON_ONE_CHANNEL, channel, payloads(batch, 0));
        } else {
            execute(connection, MANY, channels(batch, 0), payloads(batch, 0));
        }
    }

    private static boolean isOneChannel(List<OutgoingNotification> batch, String channel) {
        for (OutgoingNotification each : batch) {
            if (!each.channel.equals(channel)) {
                return false;
            }
        }
        return true;
    }

    /** Sends the batch between marks, on a backend that serves others between its transactions. */
    private static void sendMarked(Connection connection, List<OutgoingNotification> batch, List<PayloadStore> stores,
            OwnMessages ownMessages) throws SQLException {
        int last = batch.size() + 1;
        String[] channels = channels(batch, 1);
        String[] payloads = payloads(batch, 1);
        channels[0] = ownMessages.channel();
        payloads[0] = ownMessages.beginMark();
        channels[last] = ownMessages.channel();
        payloads[last] = OwnMessages.endMark(payloads[0]);
        if (stores.isEmpty()) {
            execute(connection, MANY_MARKED, channels, payloads);
        } else {
            execute(connection, storing(stores), channels, payloads, numbers(batch, 1, stores));
        }
    }

    /** @param margin places to leave free before and after */
    private static String[] channels(List<OutgoingNotification> batch, int margin) {
        String[] channels = new String[batch.size() + 2 * margin];
        for (int i = 0; i < batch.size(); i++) {
            channels[i + margin] = batch.get(i).channel;
        }
        return channels;
    }

    private static String[] payloads(List<OutgoingNotification> batch, int margin) {
        String[] payloads = new String[batch.size() + 2 * margin];
        for (int i = 0; i < batch.size(); i++) {
            payloads[i + margin] = batch.get(i).payload;
        }
        return payloads;
    }

    /** Which store keeps each payload, from 1; 0: none. */
    private static Integer[] numbers(List<OutgoingNotification> batch, int margin, List<PayloadStore> stores) {
        Integer[] numbers = new Integer[batch.size() + 2 * margin];
        Arrays.fill(numbers, 0);
        for (int i = 0; i < batch.size(); i++) {
            numbers[i + margin] = stores.indexOf(batch.get(i).store) + 1;
        }
        return numbers;
    }

    /** Prepares the statement of {@link #sendOneMarked}; sends nothing to the server. */
    static PreparedStatement prepareOneMarked(Connection connection, @Nullable PayloadStore store) throws SQLException {
        return connection.prepareStatement(store == null ? ONE_MARKED : ONE_STORED_MARKED.replace("${store}", store.function()));
    }

    /** Sends one notification between marks, in the connection's current transaction. */
    static void sendOneMarked(PreparedStatement statement, String channel, String payload, @Nullable PayloadStore store,
            OwnMessages ownMessages) throws SQLException {
        String begin = ownMessages.beginMark();
        List<String> values = new ArrayList<>(List.of(ownMessages.channel(), begin, channel));
        if (store != null) {
            values.add(channel);
        }
        values.addAll(List.of(payload, ownMessages.channel(), OwnMessages.endMark(begin)));
        for (int i = 0; i < values.size(); i++) {
            statement.setString(i + 1, values.get(i));
        }
        statement.executeQuery().close();
    }

    /** @param values texts, or arrays of texts or numbers */
    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                if (values[i] instanceof Object[] array) {
                    statement.setArray(i + 1, connection.createArrayOf(array instanceof String[] ? "text" : "int4", array));
                } else {
                    statement.setString(i + 1, (String) values[i]);
                }
            }
            statement.executeQuery().close();
        }
    }
}
