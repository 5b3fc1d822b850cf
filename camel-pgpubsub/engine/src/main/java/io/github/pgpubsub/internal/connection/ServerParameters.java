package io.github.pgpubsub.internal.connection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Server parameters that were set on a borrowed connection, with their former values. */
final class ServerParameters {

    /** The source in pg_settings of a value that was set in the session itself. */
    private static final String SET_IN_SESSION = "session";

    /** Sets the parameters that this server version knows, and returns their former sources and values. */
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
    /** Former values of the parameters that had been set in the session. */
    private final Map<String, String> formerInSession = new LinkedHashMap<>();
    /** Parameters whose former values had any other source. */
    private final Set<String> formerFromElsewhere = new LinkedHashSet<>();

    ServerParameters(Connection connection) {
        this.connection = connection;
    }

    /** Sets parameters until {@link #putBack}; parameters that this server version does not know are left out. */
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

    /** Keeps only the value from before the first change. */
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

    /** Further statements that give back the values from elsewhere, for a text that is executed anyway; see {@link #putBack}. */
    String resets() {
        return formerFromElsewhere.stream().map(name -> "; reset " + name).collect(Collectors.joining());
    }

    /** Gives back the values that were set in the session; {@link #resets} gives back the others. */
    void putBack() throws SQLException {
        if (!formerInSession.isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement(SET_AGAIN)) {
                setTexts(statement, formerInSession);
                statement.executeQuery().close();
            }
        }
    }
}
