package io.github.pgpubsub.support;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Gives a test class a fresh database, to be registered as a static field:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PostgresExtension postgres = new PostgresExtension();
 * }</pre>
 *
 * <p>
 * Notifications and advisory locks belong to a database, so classes that share a server do not disturb each other. The first
 * class that needs the server starts it, and it ends with the JVM. A class that stops its server, or needs its own settings,
 * uses {@link #withOwnServer(Map)}.
 */
public final class PostgresExtension implements BeforeAllCallback {

    private static final Namespace NAMESPACE = Namespace.create(PostgresExtension.class);

    private final @Nullable Supplier<PostgresServer> ownServer;
    private @Nullable Database database;

    /** A database on the server that all test classes share. */
    public PostgresExtension() {
        this(null);
    }

    private PostgresExtension(@Nullable Supplier<PostgresServer> ownServer) {
        this.ownServer = ownServer;
    }

    /** A database on an embedded server of this class alone, with these settings of postgresql.conf on top. */
    public static PostgresExtension withOwnServer(Map<String, String> settings) {
        return new PostgresExtension(() -> EmbeddedServer.start(settings));
    }

    /** As {@link #withOwnServer(Map)}, without further settings. */
    public static PostgresExtension withOwnServer() {
        return withOwnServer(Map.of());
    }

    /** As {@link #withOwnServer(Map)}, with another system identifier than all other servers have. */
    public static PostgresExtension withOwnCluster(Map<String, String> settings) {
        return new PostgresExtension(() -> EmbeddedServer.startNewCluster(settings));
    }

    /** A nested class finds its outer class's database, because a store falls back to its parent. JUnit closes the stores. */
    @Override
    public void beforeAll(ExtensionContext context) {
        PostgresServer server = server(context);
        database = context.getStore(NAMESPACE).getOrComputeIfAbsent(
                this, key -> Database.create(server, ownServer == null), Database.class);
    }

    private PostgresServer server(ExtensionContext context) {
        if (ownServer != null) {
            return context.getStore(NAMESPACE).getOrComputeIfAbsent(
                    ownServer, Supplier::get, PostgresServer.class);
        }
        return Shared.SERVER;
    }

    /**
     * The server of this JVM. Not in JUnit's root store: with several JVMs, Surefire passes them one class at a time, each with a
     * new root store, so each class would start a server.
     */
    private static final class Shared {

        static final PostgresServer SERVER = PostgresServer.start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close, "end of " + SERVER));
        }
    }

    /** The JDBC URL of this class's database, without user and password. */
    public String url() {
        return server().url(database());
    }

    /** The superuser's name. Tests need rights that an application should not have. */
    public String user() {
        return server().superuser();
    }

    public String password() {
        return server().password();
    }

    /** The libpq URI of the database, with user and password. */
    public String libpqUri() {
        return server().libpqUri(database());
    }

    /** A DataSource of the superuser without a pool: each {@code getConnection()} opens a new session. */
    public PGSimpleDataSource dataSource() {
        return server().dataSource(database());
    }

    /** Opens a session of the superuser, which the caller closes. */
    public Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /** Runs a statement in a new session. Without arguments, it may be several statements separated by semicolons. */
    public void execute(String sql, Object... arguments) {
        sql().execute(sql, arguments);
    }

    /** Returns the first column of all rows. */
    public List<String> strings(String sql, Object... arguments) {
        return sql().strings(sql, arguments);
    }

    /** Returns the first column of the only row. */
    public long number(String sql, Object... arguments) {
        List<String> values = strings(sql, arguments);
        if (values.size() != 1) {
            throw new IllegalStateException(values.size() + " rows, not one: " + sql);
        }
        return Long.parseLong(values.get(0));
    }

    /** Sends a notification, which is committed on return. */
    public void notify(String channel, String payload) {
        strings("select pg_notify(?, ?)", channel, payload);
    }

    /**
     * Sends these numbers in one transaction.
     *
     * @param bytes to which each payload is padded; 0: not padded
     */
    public void notify(String channel, int first, int last, int bytes) {
        strings("select count(pg_notify(?, case when ? = 0 then n::text else rpad(n || ' ', ?, 'x') end))"
                + " from generate_series(?::bigint, ?::bigint) n", channel, bytes, bytes, first, last);
    }

    /**
     * Process ids of this database's sessions whose {@code application_name} is LIKE the pattern, oldest first. Excludes this
     * extension's sessions.
     */
    public List<Integer> backends(String applicationNamePattern) {
        return strings("""
                select pid from pg_stat_activity
                where datname = current_database() and backend_type = 'client backend'
                  and application_name like ? and application_name <> ?
                order by backend_start, pid""", applicationNamePattern, Sql.APPLICATION_NAME)
                .stream().map(Integer::valueOf).toList();
    }

    /** Ends a session on the server, as an administrator does. */
    public void terminate(int pid) {
        if (!strings("select pg_terminate_backend(?)", pid).equals(List.of("t"))) {
            throw new IllegalStateException("No session " + pid);
        }
    }

    /** Creates a role with the right to log in and no other right. It is dropped together with the database. */
    public void createRole(String name, String password) {
        current().createRole(name, password);
    }

    /** The name of this class's database. */
    public String database() {
        return current().name();
    }

    public PostgresServer server() {
        return current().server();
    }

    private Sql sql() {
        return current().sql();
    }

    private Database current() {
        return Objects.requireNonNull(database, "No database yet: is the extension a static field with @RegisterExtension?");
    }

    private record Database(PostgresServer server, boolean dropped, String name, Sql sql, Set<String> roles)
            implements
                AutoCloseable {

        static Database create(PostgresServer server, boolean dropped) {
            String name = "test_" + UUID.randomUUID().toString().replace("-", "");
            maintenance(server).execute("create database " + name);
            return new Database(server, dropped, name, new Sql(server.dataSource(name)), new ConcurrentSkipListSet<>());
        }

        void createRole(String role, String password) {
            executeFormatted("create role %I login password %L", role, password);
            roles.add(role);
        }

        /** Drops nothing on a server of this class alone, which may be stopped by now and is deleted anyway. */
        @Override
        public void close() {
            sql.close();
            if (dropped) {
                maintenance(server).execute("drop database " + name + " with (force)");
                roles.forEach(role -> executeFormatted("drop role %I", role));
            }
        }

        private static Sql maintenance(PostgresServer server) {
            return new Sql(server.dataSource(server.database()));
        }

        /** Quotes with the server's own format(). */
        private void executeFormatted(String format, String... arguments) {
            String placeholders = ", ?".repeat(arguments.length);
            Object[] all = Stream.concat(Stream.of(format), Stream.of(arguments)).toArray();
            try (Sql maintenance = maintenance(server)) {
                maintenance.strings("select format(?" + placeholders + ")", all).forEach(maintenance::execute);
            }
        }
    }
}
