package io.github.pgpubsub.examples.hello;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The PostgreSQL server that all hello processes of a user share, found by its files in a folder of that user.
 *
 * <p>Joining happens one process at a time (a lock on a file there). A server that answers is joined. What does not
 * answer is what remains of a machine that was switched off or of a server that was killed, and is cleared away.
 * Leaving needs nothing at all: {@code watch.sql} sees it.
 *
 * <p>{@code pg_ctl} gives the server a session of its own, so no signal of the starter's terminal reaches it.
 * It listens on the loopback address only. The role {@code hello} needs no password and may do nothing but
 * connect; the superuser's password is forgotten once the server runs.
 */
final class SharedServer {

    private final Path folder;
    private final Path log;
    private final Consumer<String> tell;

    SharedServer(Path folder, Consumer<String> tell) {
        this.folder = folder.toAbsolutePath();
        this.log = this.folder.resolve("server.log");
        this.tell = tell;
    }

    /** Of this machine and user; {@code -Dhello.folder} takes another. */
    static Path defaultFolder() {
        return Path.of(System.getProperty("hello.folder",
                System.getProperty("java.io.tmpdir") + "/camel-pgpubsub-hello-" + System.getProperty("user.name")));
    }

    /** Joins the server that is there, or starts one. */
    Seat join() throws IOException, SQLException {
        makeFolder();
        try (FileChannel file = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            for (DataFolder data : DataFolder.in(folder)) {
                Optional<Seat> seat = data.takeSeat();
                if (seat.isPresent()) {
                    return seat.get();
                }
                data.clear();
            }
            return start();
        }
    }

    private void makeFolder() throws IOException {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            refuseAnotherUsersFolder();
        }
    }

    /** Anybody may put a folder of that name among the temporary files, with programs in it. */
    private void refuseAnotherUsersFolder() throws IOException {
        Path mine = Files.createTempFile("whose", null);
        boolean same = Files.getOwner(mine).equals(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS));
        Files.delete(mine);
        if (!same || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is not a folder of yours");
        }
    }

    private Seat start() throws IOException {
        tell.accept("Starting PostgreSQL; it will stop when the last process has left ...");
        Files.deleteIfExists(log);
        DataFolder data = DataFolder.create(folder);
        try {
            EmbeddedPostgres server = start(data);
            Connection superuser = server.getPostgresDatabase().getConnection();
            try (Statement statement = superuser.createStatement()) {
                statement.execute("create role %s login".formatted(Seat.ROLE));
            }
            Seat seat = Seat.take(server.getPort(), data.name());
            watch(superuser);
            return seat;
        } catch (IOException | SQLException | RuntimeException e) {
            data.clear();
            throw new IOException("PostgreSQL did not start; --url takes a server of your own. The end of %s:%n%s"
                    .formatted(log, endOfLog()), e);
        }
    }

    private EmbeddedPostgres start(DataFolder data) throws IOException {
        // Where the programs lie: by default a folder that everybody may write to.
        System.setProperty("ot.epg.working-dir", folder.resolve("postgresql").toString());
        String password = UUID.randomUUID().toString();
        Path passwordFile = Files.writeString(Files.createTempFile(folder, "password", null), password);
        try {
            return EmbeddedPostgres.builder()
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .setDataDirectory(data.path())
                    .setLocaleConfig("locale", "C") // these three are options of initdb
                    .setLocaleConfig("auth-host", "scram-sha-256") // so that 13 stores the password that way, too
                    .setLocaleConfig("pwfile", passwordFile.toString())
                    .setConnectConfig("password", password)
                    .setDataDirectoryCustomizer(SharedServer::letOnlyHelloIn)
                    .setServerConfig("cluster_name", data.name())
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("restart_after_crash", "off") // or nobody would watch it any more
                    .setOutputRedirector(Redirect.appendTo(log.toFile()))
                    .setErrorRedirector(Redirect.appendTo(log.toFile()))
                    .start();
        } finally {
            Files.delete(passwordFile);
        }
    }

    private static void letOnlyHelloIn(File data) {
        try {
            Files.writeString(data.toPath().resolve("pg_hba.conf"), """
                    host postgres postgres 127.0.0.1/32 scram-sha-256
                    host postgres %s 127.0.0.1/32 trust
                    """.formatted(Seat.ROLE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends watch.sql, whose end nobody waits for. */
    private static void watch(Connection superuser) throws IOException {
        String sql;
        try (InputStream file = SharedServer.class.getResourceAsStream("watch.sql")) {
            sql = new String(file.readAllBytes(), UTF_8);
        }
        Thread thread = new Thread(() -> {
            try (superuser; Statement statement = superuser.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                // the server has ended
            }
        }, "hello-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private String endOfLog() throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }
}
