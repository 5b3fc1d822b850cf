package io.github.pgpubsub.internal.log.sending;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.internal.publish.BatchStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Inserts batches into the log, and finds out what has become of a batch whose commit was not confirmed. The package tells why the
 * answer is final. Belongs to the sender's thread.
 */
public final class LogStatement implements BatchStatement<OutgoingKept> {

    /** A transaction of the former connection that is frozen holds the fence up for so long; then the connection is tried anew. */
    private static final String FENCE_TIMEOUT = "5s";
    /** connection_failure: what holds for a lost connection is to be done. */
    private static final String FENCED = "08006";

    private final LogSchema schema;
    private final boolean create;
    private final UUID context;
    private final UUID sender = UUID.randomUUID();
    private final String fence;
    private final String send;
    private final String sent;
    private final String lastId;
    private long incarnation;
    private long batches;
    /** Of the log, as far as this publisher knows: what it sends next gets a higher one. */
    private long highestId;

    /**
     * @param create  whether to make the log where it is absent
     * @param context names the process for those that leave out their own messages
     */
    public LogStatement(LogSchema schema, LogQueries queries, boolean create, UUID context) {
        this.schema = schema;
        this.create = create;
        this.context = context;
        // Without an order of evaluation the timeout could come after the lock.
        this.fence = queries.sql(Statement.FENCE) + " from (select pg_catalog.set_config('lock_timeout', '" + FENCE_TIMEOUT
                + "', true), " + LogQueries.DURABLE + " offset 0) as settings";
        this.send = "select id, micros from (select " + LogQueries.DURABLE + " offset 0) as settings, ("
                + queries.sql(Statement.SEND)
                + ") as sent";
        this.sent = queries.sql(Statement.SENT);
        this.lastId = queries.sql(Statement.LAST_ID);
    }

    @Override
    public String noun() {
        return "message";
    }

    @Override
    public ServerConnection open(ConnectionSource source, String name, Duration ioTimeout,
            @Nullable ConnectionCustomizer customizer)
            throws SQLException {
        return ServerConnection.openDurable(source, name, ioTimeout, customizer);
    }

    @Override
    public void opened(ServerConnection connection) throws SQLException {
        if (!connection.behindPooler()) {
            connection.set(Map.of("idle_session_timeout", "0"));
        }
        schema.prepare(connection.jdbc(), create, LogSchema.Use.SEND);
        try (PreparedStatement statement = connection.jdbc().prepareStatement(fence)) {
            statement.setObject(1, sender);
            incarnation = number(statement);
        }
        try (PreparedStatement statement = connection.jdbc().prepareStatement(lastId)) {
            highestId = number(statement);
        }
    }

    private static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void closed(ServerConnection connection) {
        // The next one fences it.
    }

    @Override
    public void send(ServerConnection connection, List<OutgoingKept> batch) throws SQLException {
        long number = ++batches;
        for (OutgoingKept each : batch) {
            each.batch = number;
            each.afterId = highestId;
        }
        Connection jdbc = connection.jdbc();
        try (PreparedStatement statement = jdbc.prepareStatement(send)) {
            statement.setObject(1, sender);
            statement.setLong(2, incarnation);
            statement.setLong(3, number);
            statement.setObject(4, context);
            statement.setArray(5, jdbc.createArrayOf("text", texts(batch, each -> each.channel)));
            statement.setArray(6, jdbc.createArrayOf("text", texts(batch, each -> each.key)));
            statement.setArray(7, jdbc.createArrayOf("text", texts(batch, each -> each.payload)));
            statement.setArray(8, jdbc.createArrayOf("bytea", batch.stream().map(each -> each.bytes).toArray(byte[][]::new)));
            statement.setArray(9, jdbc.createArrayOf("text", texts(batch, each -> each.headers)));
            if (!name(batch, statement)) {
                throw new SQLException(
                        "The log takes no more from this connection: another one of the same publisher has followed",
                        FENCED);
            }
        }
    }

    private static @Nullable String[] texts(List<OutgoingKept> batch, Function<OutgoingKept, @Nullable String> text) {
        return batch.stream().map(text).toArray(String[]::new);
    }

    /** Gives the messages the ids that the statement returns in their order. False: it returns none. */
    private boolean name(List<OutgoingKept> batch, PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            List<String> ids = new ArrayList<>(batch.size());
            while (rows.next()) {
                long id = rows.getLong(1);
                highestId = Math.max(highestId, id);
                ids.add(id + "-" + rows.getLong(2));
            }
            if (!ids.isEmpty() && ids.size() != batch.size()) {
                throw new IllegalStateException(ids.size() + " of " + batch.size() + " messages of a batch are in the log");
            }
            for (int i = 0; i < ids.size(); i++) {
                batch.get(i).committedAs(ids.get(i));
            }
            return !ids.isEmpty();
        }
    }

    @Override
    public boolean findsOut() {
        return true;
    }

    /** A batch is in the log whole or not at all. Messages that were not sent yet are in batch 0, which is in no log. */
    @Override
    public List<OutgoingKept> committed(ServerConnection connection, List<OutgoingKept> batch) throws SQLException {
        List<OutgoingKept> committed = new ArrayList<>();
        Map<Long, List<OutgoingKept>> bySending = batch.stream().filter(each -> each.batch != 0)
                .collect(Collectors.groupingBy(each -> each.batch));
        for (List<OutgoingKept> sentTogether : bySending.values()) {
            OutgoingKept first = sentTogether.get(0);
            try (PreparedStatement statement = connection.jdbc().prepareStatement(sent)) {
                statement.setObject(1, sender);
                statement.setLong(2, first.batch);
                statement.setLong(3, first.afterId);
                statement.setArray(4, connection.jdbc().createArrayOf("text", texts(sentTogether, each -> each.channel)));
                if (name(sentTogether, statement)) {
                    committed.addAll(sentTogether);
                }
            }
        }
        return committed;
    }
}
