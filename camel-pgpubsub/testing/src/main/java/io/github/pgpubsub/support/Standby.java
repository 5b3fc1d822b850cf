package io.github.pgpubsub.support;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A hot standby that streams from an embedded server. Set up by hand, because the embedded binaries lack {@code pg_basebackup}
 * (PostgreSQL documentation, 25.3.2 Making a Base Backup Using the Low Level API).
 */
public final class Standby implements AutoCloseable {

    private final PostgresServer primary;
    private final Path directory = Files.createTempDirectory("pgpubsub-standby-");
    private final EmbeddedServer.Reaper reaper = EmbeddedServer.Reaper.watch(directory);
    private final Path data = directory.resolve("data");
    private final Path log = directory.resolve("log");
    private final int port = freePort();
    private final Path pgCtl;

    private Standby(EmbeddedServer primary) throws IOException, SQLException {
        this.primary = primary;
        try (Connection connection = primary.dataSource(primary.database()).getConnection()) {
            Path source = Path.of(answer(connection, "show data_directory"));
            // First line: /path/to/bin/postgres "-D" "data" ...
            String command = Files.readString(source.resolve("postmaster.opts"));
            pgCtl = Path.of(command.substring(0, command.indexOf(" \""))).resolveSibling("pg_ctl");
            boolean renamed = Integer.parseInt(answer(connection, "show server_version_num")) >= 150_000;
            answer(connection, renamed ? "select pg_backup_start('standby', true)"
                    : "select pg_start_backup('standby', true, false)");
            copy(source);
            String label = answer(connection, renamed ? "select labelfile from pg_backup_stop(false)"
                    : "select labelfile from pg_stop_backup(false, false)");
            Files.writeString(data.resolve("backup_label"), label);
        }
        Files.writeString(data.resolve("standby.signal"), "");
        pgCtl("start", "-l", log.toString(), "-o", "-p " + port + " -c max_connections=300 -c fsync=off"
                + " -c unix_socket_directories='' -c primary_conninfo='host=" + primary.host() + " port=" + primary.port()
                + " user=" + primary.superuser() + " password=" + primary.password() + "'");
    }

    /** Returns when the standby answers queries. From then on it soon receives every commit of the primary. */
    public static Standby of(EmbeddedServer primary) {
        try {
            return new Standby(primary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public String host() {
        return primary.host();
    }

    public int port() {
        return port;
    }

    /** A DataSource of the superuser, who has the same name and password as on the primary. */
    public PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = primary.dataSource(database);
        source.setUrl("jdbc:postgresql://" + host() + ":" + port + "/" + database);
        return source;
    }

    /** Promotes the standby. Returns when it is a primary. */
    public void promote() {
        try (Connection connection = dataSource(primary.database()).getConnection()) {
            answer(connection, "select pg_promote()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Copies the files of the running primary. Files that vanish meanwhile are restored from the write-ahead log. */
    private void copy(Path source) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(source)) {
            files = walk.filter(file -> !file.startsWith(source.resolve("pg_wal")) || Files.isDirectory(file)).toList();
        }
        for (Path file : files) {
            Path copy = data.resolve(source.relativize(file));
            if (Files.isDirectory(file)) {
                Files.createDirectories(copy);
            } else if (!file.endsWith("postmaster.pid") && !file.endsWith("postmaster.opts") && Files.exists(file)) {
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        Files.setPosixFilePermissions(data, Files.getPosixFilePermissions(source));
    }

    private void pgCtl(String action, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(pgCtl.toString(), action, "-w", "-D", data.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile())).start();
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException("pg_ctl " + action + " failed: " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String answer(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    /** A port below the kernel's range for outgoing connections, like an embedded server's. */
    private static int freePort() {
        for (int port = 32_000; port > 31_000; port--) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // Try the next port.
            }
        }
        throw new IllegalStateException("No free port");
    }

    @Override
    public void close() {
        reaper.reap();
    }
}
