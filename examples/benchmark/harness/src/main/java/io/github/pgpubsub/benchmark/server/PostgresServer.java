package io.github.pgpubsub.benchmark.server;

import io.github.pgpubsub.benchmark.kit.Channels;
import io.github.pgpubsub.benchmark.kit.Payloads;
import io.github.pgpubsub.benchmark.kit.Server;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server on the loopback address with PostgreSQL's default settings, except for the number of connections. */
public final class PostgresServer implements AutoCloseable {

    public static final int MAX_CONNECTIONS = 300;
    private static final String USER = "postgres";
    private static final String DATABASE = "postgres";
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Server address;
    private final Reaper reaper;
    private final ServerCpu cpu;
    private final Connection connection;

    private String log = "";

    private PostgresServer(Server address, Reaper reaper, ServerCpu cpu) throws SQLException {
        this.address = address;
        this.reaper = reaper;
        this.cpu = cpu;
        this.connection = connect();
    }

    /** @param logical whether its log can be decoded (wal_level) */
    public static PostgresServer start(boolean logical) throws IOException, SQLException {
        Path folder = Files.createTempDirectory("pgpubsub-benchmark-");
        Reaper reaper = Reaper.watch(folder);
        Path log = folder.resolve("log");
        try {
            String password = UUID.randomUUID().toString();
            Path passwordFile = Files.writeString(folder.resolve("password"), password);
            EmbeddedPostgres started = EmbeddedPostgres.builder()
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .setDataDirectory(folder.resolve("data"))
                    .setLocaleConfig("locale", "C") // passed to initdb, like the next two
                    .setLocaleConfig("auth-host", "scram-sha-256")
                    .setLocaleConfig("pwfile", passwordFile.toString())
                    .setConnectConfig("password", password)
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("max_connections", Integer.toString(MAX_CONNECTIONS))
                    .setServerConfig("wal_level", logical ? "logical" : "replica")
                    .setServerConfig("fsync", "on") // zonky turns this setting and the next one off
                    .setServerConfig("synchronous_commit", "on")
                    .setOutputRedirector(Redirect.appendTo(log.toFile()))
                    .setErrorRedirector(Redirect.appendTo(log.toFile()))
                    .start();
            long postmaster = Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0));
            return new PostgresServer(new Server("127.0.0.1", started.getPort(), DATABASE, USER, password), reaper,
                    new ServerCpu(postmaster));
        } catch (IOException | SQLException | RuntimeException e) {
            String said = Files.exists(log) ? Files.readString(log) : "";
            reaper.reap();
            throw new IOException("PostgreSQL did not start: " + said, e);
        }
    }

    public Server address() {
        return address;
    }

    /** Opens a connection, which the caller closes. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
    }

    /** CPU time of all the server's processes so far, nanoseconds; empty without /proc. */
    public OptionalLong cpuNanos() {
        return cpu.nanos();
    }

    /**
     * Commits this many messages in one transaction, distributed over the channels in turn.
     *
     * @return {@link System#nanoTime} after the commit
     */
    public long makeBacklog(int channels, int count, int size) throws SQLException {
        String sql = "select count(pg_notify('%s' || (i %% ?), %s)) from generate_series(1, ?) i".formatted(Channels.PREFIX,
                Payloads.sql());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, channels);
            statement.setInt(2, size);
            statement.setInt(3, count);
            statement.executeQuery().close();
            return System.nanoTime();
        }
    }

    /** From now on {@link #makeLog} runs this file, which makes the log of kept messages. */
    public void useLog(Path sql) throws IOException {
        log = Files.readString(sql);
    }

    /** Makes an empty log of kept messages; the old one goes, with its groups. */
    public void makeLog() throws SQLException {
        execute("drop schema if exists pgpubsub cascade");
        execute(log);
    }

    /** Number of other clients' connections. */
    public int backends() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Waits until no other client is connected. Returns false if one is still connected at the end. */
    public boolean awaitQuiet(Duration longest) throws SQLException {
        long end = System.nanoTime() + longest.toNanos();
        while (backends() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public String version() throws SQLException {
        return connection.getMetaData().getDatabaseProductVersion();
    }

    @Override
    public void close() {
        reaper.reap();
    }
}
