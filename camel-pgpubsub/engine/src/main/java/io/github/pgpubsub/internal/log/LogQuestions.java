package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.internal.log.schema.LogSchema;
import io.github.pgpubsub.kept.KeptGroup;
import io.github.pgpubsub.kept.KeptMessageId;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.kept.WatchedTable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What operators ask of a log, each time with a connection of its own. Thread-safe. */
final class LogQuestions {

    /** To count a long lag takes a while. */
    private static final Duration IO_TIMEOUT = Duration.ofMinutes(5);

    private final LogSettings settings;
    private final LogSchema schema;
    private final boolean create;
    private final LogQueries queries;

    private interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    LogQuestions(LogSettings settings, LogSchema schema, boolean create, LogQueries queries) {
        this.settings = settings;
        this.schema = schema;
        this.create = create;
        this.queries = queries;
    }

    void prepareSending() throws SQLException {
        try (ServerConnection connection = ServerConnection.openDurable(settings.sending(), settings.name() + " ask", IO_TIMEOUT,
                settings.customizer())) {
            schema.prepare(connection.jdbc(), create, LogSchema.Use.SEND);
        }
    }

    List<KeptGroup> groups(@Nullable String channel) throws SQLException {
        return ask(Statement.GROUPS, row -> new KeptGroup(row.getString(1), row.getString(2), row.getInt(3), row.getInt(4),
                row.getLong(5), Duration.ofSeconds(row.getLong(6)), row.getString(7), row.getLong(8), row.getLong(9),
                row.getLong(10)), channel, channel);
    }

    /**
     * Gives a group its places, unless it has them. Without a connection they are made later.
     *
     * @throws IllegalArgumentException when the group has another number of shards
     */
    void join(String channel, String group, StartFrom startFrom, int shards) throws SQLException {
        try {
            ask(Statement.JOIN, row -> true, channel, group, Places.text(startFrom), shards, null);
        } catch (SQLException e) {
            if (Places.OTHER_SHARDS.equals(e.getSQLState())) {
                throw new IllegalArgumentException(ConnectionFailure.firstLine(e), e);
            } else if (!ConnectionFailure.isLoss(e)) {
                throw e;
            }
        }
    }

    long requeue(String channel, String group, @Nullable KeptMessageId id) throws SQLException {
        return ask(Statement.REQUEUE, row -> row.getLong(1), channel, group, id == null ? null : id.id(),
                id == null ? null : id.micros()).get(0);
    }

    void seek(String channel, String group, StartFrom start) throws SQLException {
        ask(Statement.SEEK, row -> true, channel, group, Places.text(start));
    }

    boolean dropGroup(String channel, String group) throws SQLException {
        return ask(Statement.DROP_GROUP, row -> row.getBoolean(1), channel, group).get(0);
    }

    boolean watch(WatchedTable table) throws SQLException {
        String operations = table.operations().stream().map(Enum::name).collect(Collectors.joining(",", "{", "}"));
        return ask(LogSchema.Use.WATCH, Statement.WATCH, row -> row.getBoolean(1), table.table(), table.channel(), operations,
                table.kept()).get(0);
    }

    private <T> List<T> ask(Statement statement, Mapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        return ask(LogSchema.Use.RECEIVE, statement, mapper, parameters);
    }

    private <T> List<T> ask(LogSchema.Use use, Statement statement, Mapper<T> mapper, @Nullable Object... parameters)
            throws SQLException {
        try (ServerConnection connection = ServerConnection.openDurable(settings.direct(), settings.name() + " ask", IO_TIMEOUT,
                settings.customizer())) {
            schema.prepare(connection.jdbc(), create, use);
            try (PreparedStatement prepared = connection.jdbc().prepareStatement(queries.sql(statement))) {
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
    }
}
