package io.github.pgpubsub.internal.connection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself and of a connection, when the connection is new.
 *
 * @param backend         process id of the backend
 * @param server          identifies this run of this server: its start, in microseconds
 * @param uptime          of the server, nanoseconds of its clock
 * @param inRecovery      whether it is a replica
 * @param applicationName name in {@code pg_stat_activity}
 * @param clientPort      the port that the server sees; 0: none, for example on a Unix-domain socket
 * @param serverAddress   the server's own address for this connection; null: none
 * @param commitsSetBy    source in {@code pg_settings} of the value of {@code synchronous_commit}
 */
record Introduction(int backend, String server, long uptime, boolean inRecovery, String applicationName, int clientPort,
        @Nullable String serverAddress, @Nullable String commitsSetBy) {

    private static final String HELLO = """
            select pg_catalog.pg_backend_pid(),
                (extract(epoch from pg_catalog.pg_postmaster_start_time()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
                (extract(epoch from pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.pg_postmaster_start_time())
                    operator(pg_catalog.*) 1000000)::pg_catalog.int8,
                pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('application_name'), pg_catalog.inet_client_port(),
                pg_catalog.host(pg_catalog.inet_server_addr()),
                (select source from pg_catalog.pg_settings where name operator(pg_catalog.=) 'synchronous_commit')""";

    /** The sources in pg_settings of a value that was set on the connection itself. */
    private static final List<String> SET_BY_USER = List.of("client", "session");

    static Introduction of(Connection connection) throws SQLException {
        try (PreparedStatement hello = connection.prepareStatement(HELLO); ResultSet row = hello.executeQuery()) {
            row.next();
            return new Introduction(row.getInt(1), row.getString(2), TimeUnit.MICROSECONDS.toNanos(row.getLong(3)),
                    row.getBoolean(4), row.getString(5), row.getInt(6), row.getString(7), row.getString(8));
        }
    }

    /** Whether the value of {@code synchronous_commit} was set on the connection itself. */
    boolean hasUsersCommits() {
        return commitsSetBy != null && SET_BY_USER.contains(commitsSetBy);
    }
}
