package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sends the statements of {@link LogQueries} on the reading connection, in as few round trips as their transactions allow. */
final class Statements {

    /** No long wait for a place that another transaction holds, milliseconds. */
    private static final String LOCK_TIMEOUT = "1000";

    private final ServerConnection connection;
    private final Connection jdbc;
    private final LogQueries queries;
    private final Map<List<Statement>, PreparedStatement> prepared = new HashMap<>();

    interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    /** A statement with its parameters, and what is made of its rows. */
    static final class Query {

        final Statement statement;
        final Mapper<?> mapper;
        final @Nullable Object[] parameters;

        Query(Statement statement, Mapper<?> mapper, @Nullable Object... parameters) {
            this.statement = statement;
            this.mapper = mapper;
            this.parameters = parameters;
        }
    }

    Statements(ServerConnection connection, LogQueries queries) throws SQLException {
        this.connection = connection;
        this.jdbc = connection.jdbc();
        this.queries = queries;
        if (!connection.behindPooler()) {
            Map<String, String> settings = new HashMap<>(LogQueries.SETTINGS);
            settings.put("lock_timeout", LOCK_TIMEOUT);
            // A pool gets its connection back without them.
            connection.set(settings);
            // From the first time on: planning is what takes long.
            connection.pg().setPrepareThreshold(1);
        }
    }

    /** Behind a pooler, with the settings that the session can't have. */
    <T> T transaction(JdbcTransaction.Work<T> work) throws SQLException {
        return JdbcTransaction.run(jdbc, () -> {
            if (connection.behindPooler()) {
                execute(LogQueries.settings("set local") + "; set local lock_timeout = " + LOCK_TIMEOUT);
            }
            return work.run();
        });
    }

    /** Statements that need no common transaction: on a direct connection each has its own, which saves a round trip. */
    <T> T statements(JdbcTransaction.Work<T> work) throws SQLException {
        return connection.behindPooler() ? transaction(work) : work.run();
    }

    <T> @Nullable T single(Statement statement, Mapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        List<T> all = statements(() -> query(statement, mapper, parameters));
        return all.isEmpty() ? null : all.get(0);
    }

    <T> @Nullable T first(Statement statement, Mapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        List<T> all = query(statement, mapper, parameters);
        return all.isEmpty() ? null : all.get(0);
    }

    <T> List<T> query(Statement statement, Mapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        List<T> all = new ArrayList<>();
        run(new Query(statement, row -> all.add(mapper.map(row)), parameters));
        return all;
    }

    int update(Statement statement, @Nullable Object... parameters) throws SQLException {
        PreparedStatement prepared = prepared(List.of(statement));
        set(prepared, 1, parameters);
        return prepared.executeUpdate();
    }

    /** In one round trip, and without a transaction of this connection's in one transaction. */
    void run(Query... queries) throws SQLException {
        PreparedStatement prepared = prepared(Stream.of(queries).map(query -> query.statement).toList());
        int next = 1;
        for (Query each : queries) {
            next = set(prepared, next, each.parameters);
        }
        prepared.execute();
        for (Query each : queries) {
            try (ResultSet rows = prepared.getResultSet()) {
                while (rows.next()) {
                    Object unused = each.mapper.map(rows);
                }
            }
            prepared.getMoreResults();
        }
    }

    private static int set(PreparedStatement prepared, int first, @Nullable Object... parameters) throws SQLException {
        int next = first;
        for (Object each : parameters) {
            prepared.setObject(next++, each);
        }
        return next;
    }

    /** Prepared once for a connection. */
    private PreparedStatement prepared(List<Statement> statements) throws SQLException {
        PreparedStatement known = prepared.get(statements);
        if (known == null) {
            known = jdbc.prepareStatement(statements.stream().map(queries::sql).collect(Collectors.joining(";\n")));
            prepared.put(statements, known);
        }
        return known;
    }

    private void execute(String sql) throws SQLException {
        try (java.sql.Statement statement = jdbc.createStatement()) {
            statement.execute(sql);
        }
    }

    Object array(String type, Object... elements) throws SQLException {
        return jdbc.createArrayOf(type, elements);
    }
}
