package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server's functions for session-level advisory locks, called for many keys at once. Belongs to the session's thread. */
final class AdvisoryLocks {

    /** All locks with a bigint key, and their holders. pg_locks shows the key as two halves (PostgreSQL documentation, 53.13 pg_locks). */
    static final String ALL = """
            select key, pid from (
                select pid,
                    (classid::pg_catalog.int8 operator(pg_catalog.<<) 32) operator(pg_catalog.|) objid::pg_catalog.int8 as key
                from pg_catalog.pg_locks
                where locktype operator(pg_catalog.=) 'advisory' and objsubid operator(pg_catalog.=) 1 and granted
                  and database operator(pg_catalog.=)
                      (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())
            ) advisory
            """;

    /**
     * Holders of locks by key. Written so that the planner hashes the keys of many groups: it takes pg_locks for a single row, so a join
     * would be a nested loop, and it compares an array key by key (before PostgreSQL 14, and in generic plans).
     */
    static final String HOLDERS = ALL
            + "where (key operator(pg_catalog.=) any (select pg_catalog.unnest(?::pg_catalog.int8[]))) is true";

    /** Locks and their holders, by the upper halves of the keys. */
    static final String HOLDERS_OF_UPPER_HALF = ALL
            + "where ((key operator(pg_catalog.>>) 32) operator(pg_catalog.=) any (select pg_catalog.unnest(?::pg_catalog.int8[]))) is true";

    enum Function {
        UNLOCK("pg_catalog.pg_advisory_unlock", null), UNLOCK_SHARED("pg_catalog.pg_advisory_unlock_shared", null), TRY(
                "pg_catalog.pg_try_advisory_lock", UNLOCK), TRY_SHARED("pg_catalog.pg_try_advisory_lock_shared", UNLOCK_SHARED);

        private final String sql;
        /** The function that releases a lock taken by this one; null: it takes none. */
        private final @Nullable Function undo;

        Function(String name, @Nullable Function undo) {
            this.sql = "select k, " + name + "(k) from pg_catalog.unnest(?::pg_catalog.int8[]) as t(k)";
            this.undo = undo;
        }
    }

    /** The result of a call: each key has either an answer or a refusal. */
    record Outcome(Map<Long, Boolean> answers, Map<Long, SQLException> refusals) {}

    private final ServerConnection connection;
    private final RoundTrips roundTrips;

    AdvisoryLocks(ServerConnection connection, RoundTrips roundTrips) {
        this.connection = connection;
        this.roundTrips = roundTrips;
    }

    /**
     * Calls a function for all keys in one statement, and for each key alone if the server refuses this statement. Session-level
     * locks outlive the failure of the statement that took them, so the locks of a refused statement are released first. (Looking
     * into pg_locks would need locks, too.) Releasing a lock that is not held only causes a warning, which is ignored.
     */
    Outcome call(Function function, List<Long> keys) throws SQLException {
        try {
            return new Outcome(together(function, keys), Map.of());
        } catch (SQLException e) {
            Refusals.throwUnlessRefusal(e);
        }
        undo(function, keys);
        return eachAlone(function, keys);
    }

    private Outcome eachAlone(Function function, List<Long> keys) throws SQLException {
        Outcome outcome = new Outcome(new HashMap<>(), new HashMap<>());
        for (Long key : keys) {
            try {
                outcome.answers.putAll(together(function, List.of(key)));
            } catch (SQLException e) {
                Refusals.throwUnlessRefusal(e);
                undo(function, List.of(key));
                // If it is among the keys twice, the other one's lock is released, too.
                outcome.answers.remove(key);
                outcome.refusals.put(key, e);
            }
        }
        return outcome;
    }

    private void undo(Function function, List<Long> keys) throws SQLException {
        if (function.undo != null) {
            together(function.undo, keys);
        }
    }

    private Map<Long, Boolean> together(Function function, List<Long> keys) throws SQLException {
        Map<Long, Boolean> answers = new LinkedHashMap<>();
        if (keys.isEmpty()) {
            return answers;
        }
        try (PreparedStatement statement = connection.jdbc().prepareStatement(function.sql)) {
            statement.setArray(1, connection.jdbc().createArrayOf("bigint", keys.toArray()));
            try (ResultSet rows = roundTrips.query(statement)) {
                while (rows.next()) {
                    answers.put(rows.getLong(1), rows.getBoolean(2));
                }
            }
        }
        return answers;
    }
}
