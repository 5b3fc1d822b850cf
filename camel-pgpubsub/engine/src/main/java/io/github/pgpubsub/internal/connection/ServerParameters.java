package io.github.pgpubsub.internal.connection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Parameters of the server that were set on a borrowed connection, and how they were before. */
final class ServerParameters {

    /** Where pg_settings says that a parameter's value comes from, if it was set in the session itself. */
    private static final String SET_IN_SESSION = "session";

    /** Tells how they were before, and leaves out what this version of the server does not know. */
    private static final String SET = """
            with former as materialized (
                select asked.name, asked.value, setting.source
                from rows from (
                    pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[])
                ) as asked(name, value)
                join pg_catalog.pg_settings setting on setting.name operator(pg_catalog.=) asked.name
            )
            select name, source, pg_catalog.current_setting(name), pg_catalog.set_config(name, value, false) from former""";

    private static final String SET_AGAIN = """
            select pg_catalog.count(pg_catalog.set_config(name, value, false))
            from rows from (
                pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[])
            ) as former(name, value)""";

    private final Connection connection;
    /** Parameters that were set in the session, with their values. */
    private final Map<String, String> formerInSession = new LinkedHashMap<>();
    /** Parameters that had their values from elsewhere. */
    private final Set<String> formerFromElsewhere = new LinkedHashSet<>();

    ServerParameters(Connection connection) {
        this.connection = connection;
    }

    /** Sets these until {@link #putBack}; leaves out what this version of the server does not know. */
    void set(Map<String, String> parameters) throws SQLException {
        if (parameters.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(SET)) {
            setTexts(statement, parameters);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    remember(rows.getString(1), rows.getString(2), rows.getString(3));
                }
            }
        }
    }

    /** What was set here before is remembered already. */
    private void remember(String name, String source, String value) {
        if (formerInSession.containsKey(name) || formerFromElsewhere.contains(name)) {
            return;
        }
        if (source.equals(SET_IN_SESSION)) {
            formerInSession.put(name, value);
        } else {
            formerFromElsewhere.add(name);
        }
    }

    private void setTexts(PreparedStatement statement, Map<String, String> parameters) throws SQLException {
        statement.setArray(1, connection.createArrayOf("text", parameters.keySet().toArray()));
        statement.setArray(2, connection.createArrayOf("text", parameters.values().toArray()));
    }

    /** Gives all of them the values that they had. */
    void putBack() throws SQLException {
        if (!formerFromElsewhere.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(formerFromElsewhere.stream().map(name -> "reset " + name).collect(Collectors.joining("; ")));
            }
        }
        if (!formerInSession.isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement(SET_AGAIN)) {
                setTexts(statement, formerInSession);
                statement.executeQuery().close();
            }
        }
    }
}
