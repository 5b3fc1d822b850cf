package io.github.pgpubsub.internal.log.schema;

import io.github.pgpubsub.internal.log.schema.LogSchema.Use;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Which rights on the log's objects each use takes, and which of them a role lacks. */
final class LogRights {

    /** One privilege on one object of the log, or on some columns of it. */
    private record Right(String kind, String object, String privilege, List<String> columns) {

        Right(String kind, String object, String privilege) {
            this(kind, object, privilege, List.of());
        }
    }

    private static final List<Right> TO_SEND = List.of(
            new Right("column", "message", "INSERT", List.of("channel", "key", "payload", "bytes", "headers")),
            new Right("column", "message", "SELECT", List.of("id", "at")),
            new Right("sequence", "message_id", "USAGE"),
            new Right("sequence", "slot", "USAGE"),
            new Right("table", "version", "SELECT"),
            function("publish", "pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb"),
            function("fence", "pg_catalog.uuid"),
            function("send", "pg_catalog.uuid, bigint, bigint, pg_catalog.uuid, pg_catalog.text[],"
                    + " pg_catalog.text[], pg_catalog.text[], pg_catalog.bytea[], pg_catalog.text[]"),
            function("sent", "pg_catalog.uuid, bigint, bigint, pg_catalog.text[]"));

    private static final List<Right> TO_RECEIVE = List.of(
            new Right("table", "message", "SELECT"),
            new Right("sequence", "message_id", "USAGE"),
            new Right("table", "version", "SELECT"),
            new Right("table", "subscriber", "SELECT"),
            new Right("column", "subscriber", "UPDATE", List.of("reader", "leader")),
            new Right("table", "place", "SELECT"),
            new Right("table", "place", "UPDATE"),
            new Right("table", "seen", "SELECT"),
            new Right("table", "seen", "INSERT"),
            new Right("table", "seen", "UPDATE"),
            new Right("table", "parked", "SELECT"),
            new Right("table", "parked", "INSERT"),
            new Right("table", "parked", "UPDATE"),
            new Right("table", "groups", "SELECT"),
            function("check_cluster", ""),
            function("timeline", ""),
            function("join_group", "pg_catalog.text, pg_catalog.text, pg_catalog.text, integer, interval"),
            function("drop_group", "pg_catalog.text, pg_catalog.text"),
            function("seek", "pg_catalog.text, pg_catalog.text, pg_catalog.text"),
            function("requeue", "pg_catalog.text, pg_catalog.text, bigint, bigint"),
            function("rotate", "interval, interval, interval, bigint"));

    private static final List<Right> TO_STORE = List.of(
            new Right("table", "version", "SELECT"),
            function("store", "pg_catalog.text, pg_catalog.text"));

    private static final List<Right> TO_FETCH = List.of(
            new Right("table", "version", "SELECT"),
            function("stored", "pg_catalog.text, pg_catalog.text"));

    private static final List<Right> TO_WATCH = List.of(
            new Right("table", "version", "SELECT"),
            function("check_channel", "pg_catalog.text"),
            function("watch", "pg_catalog.regclass, pg_catalog.text, pg_catalog.text[], boolean"),
            function("watch_plan", "pg_catalog.regclass, pg_catalog.text, pg_catalog.text[], boolean"),
            function("watch_tables", "pg_catalog.regclass"),
            function("watch_trigger", "pg_catalog.text, pg_catalog.text, boolean"),
            function("watch_run", "pg_catalog.regclass[], pg_catalog.oid, pg_catalog.text, pg_catalog.text[]"));

    /** @param types as regprocedure reads them; a keyword such as bigint always means pg_catalog's type */
    private static Right function(String name, String types) {
        return new Right("function", name + "(" + types + ")", "EXECUTE");
    }

    private static final String RIGHTS = """
            select n from rows from (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[]),
                pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[]))
                with ordinality as needed(kind, object, part, privilege, n)
            where not case
                when kind operator(pg_catalog.=) 'column' then pg_catalog.has_column_privilege(object, part, privilege)
                when kind operator(pg_catalog.=) 'table' then pg_catalog.has_table_privilege(object, privilege)
                when kind operator(pg_catalog.=) 'sequence' then pg_catalog.has_sequence_privilege(object, privilege)
                else pg_catalog.has_function_privilege(object, privilege) end""";

    private final SchemaName schema;

    LogRights(SchemaName schema) {
        this.schema = schema;
    }

    private static List<Right> needed(Use use) {
        return switch (use) {
            case SEND -> TO_SEND;
            case RECEIVE -> TO_RECEIVE;
            case STORE -> TO_STORE;
            case FETCH -> TO_FETCH;
            case WATCH -> TO_WATCH;
        };
    }

    /** What the connection's role lacks: grants, without their end. */
    List<String> missing(Connection connection, Use use) throws SQLException {
        List<Right> each = needed(use).stream().flatMap(right -> right.columns.isEmpty() ? Stream.of(right)
                : right.columns.stream()
                        .map(column -> new Right(right.kind, right.object, right.privilege, List.of(column))))
                .toList();
        try (PreparedStatement statement = connection.prepareStatement(RIGHTS)) {
            statement.setArray(1, texts(connection, each.stream().map(Right::kind)));
            statement.setArray(2, texts(connection, each.stream().map(right -> schema.identifier() + "." + right.object)));
            statement.setArray(3, texts(connection, each.stream().map(right -> String.join("", right.columns))));
            statement.setArray(4, texts(connection, each.stream().map(Right::privilege)));
            List<String> missing = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    missing.add(grant(each.get(rows.getInt(1) - 1)));
                }
            }
            return missing;
        }
    }

    private static Array texts(Connection connection, Stream<String> texts) throws SQLException {
        return connection.createArrayOf("text", texts.toArray());
    }

    private String grant(Right right) {
        String kind = right.kind.equals("column") || right.kind.equals("table") ? "" : right.kind + " ";
        String columns = right.columns.isEmpty() ? "" : " (" + String.join(", ", right.columns) + ")";
        return "grant " + right.privilege.toLowerCase(Locale.ROOT) + columns + " on " + kind + schema.identifier() + "."
                + right.object;
    }
}
