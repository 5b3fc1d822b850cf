package io.github.pgpubsub.examples.server;

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
import java.util.stream.Stream;

/**
 * The PostgreSQL server that a user's processes of an example share. They find it through its files in a folder of that user.
 *
 * <p>A file lock lets one process join at a time. A process joins a running server. The files of a server that does not answer
 * were left by a kill or a power loss, and are deleted. To leave, a process just ends its session: {@code watch.sql} notices.
 *
 * <p>{@code pg_ctl} starts the server in a separate process session, so signals from the starting terminal do not reach it. The
 * server listens only on the loopback address. A role with the example's name may connect and create schemas; its password is in
 * the server's folder, which only this user can read. The superuser's password is discarded once the server runs.
 */
public final class SharedServer {

    /** System property: the folder for PostgreSQL's programs (60 MB). Default: a folder next to the data. */
    private static final String PROGRAMS = "examples.postgresql";

    private final String example;
    private final Path folder;
    private final Path log;
    private final Consumer<String> tell;

    /**
     * Does not start the server.
     *
     * @param example name of the example, lower-case letters only
     * @param folder  folder of this user's server for the example; created if missing
     * @param tell    receives progress messages for the user
     */
    public SharedServer(String example, Path folder, Consumer<String> tell) {
        this.example = example;
        this.folder = folder.toAbsolutePath();
        this.log = this.folder.resolve("server.log");
        this.tell = tell;
    }

    /** This user's folder for the example, among the temporary files; the property {@code <example>.folder} overrides it. */
    public static Path defaultFolder(String example) {
        return Path.of(System.getProperty(example + ".folder", "%s/camel-pgpubsub-%s-%s".formatted(
                System.getProperty("java.io.tmpdir"), example, System.getProperty("user.name"))));
    }

    /** Joins the running server, or starts one. */
    @SuppressWarnings("try")
    public Seat join() throws IOException, SQLException {
        makeFolder();
        try (FileChannel file = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            for (DataFolder data : DataFolder.in(folder, example)) {
                Optional<Seat> seat = data.takeSeat(example);
                if (seat.isPresent()) {
                    return seat.get();
                }
                data.clear();
            }
            return start();
        }
    }

    /** Whether no server is left: it stops some seconds after its last session, with the help of its files, and deletes them. */
    public boolean hasStopped() throws IOException {
        return DataFolder.in(folder, example).isEmpty();
    }

    private void makeFolder() throws IOException {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            refuseAnotherUsersFolder();
        }
    }

    /** Another user could have created a folder of this name among the temporary files, with programs in it. */
    private void refuseAnotherUsersFolder() throws IOException {
        Path mine = Files.createTempFile("whose", null);
        boolean same = Files.getOwner(mine).equals(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS));
        Files.delete(mine);
        if (!same || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " belongs to another user or is not a directory");
        }
    }

    private Seat start() throws IOException {
        tell.accept("Starting PostgreSQL; it stops after the last process has ended ...");
        Files.deleteIfExists(log);
        DataFolder data = DataFolder.create(folder, example);
        try {
            EmbeddedPostgres server = start(data);
            Connection superuser = server.getPostgresDatabase().getConnection();
            String password = newPassword();
            try (Statement statement = superuser.createStatement()) {
                statement.execute("create role %1$s login password '%2$s'; grant create on database postgres to %1$s"
                        .formatted(example, password));
            }
            data.writePassword(password);
            Seat seat = Seat.take(server.getPort(), example, password, data.name());
            watch(superuser);
            return seat;
        } catch (IOException | SQLException | RuntimeException e) {
            data.clear();
            throw new IOException("PostgreSQL did not start. To use your own server, pass its URL. Last lines of %s:%n%s"
                    .formatted(log, endOfLog()), e);
        }
    }

    private EmbeddedPostgres start(DataFolder data) throws IOException {
        // The default is a temporary folder that every user can write to and that is never removed.
        System.setProperty("ot.epg.working-dir", programs().toString());
        String password = newPassword();
        Path passwordFile = Files.writeString(Files.createTempFile(folder, "password", null), password);
        try {
            return EmbeddedPostgres.builder()
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .setDataDirectory(data.path())
                    .setLocaleConfig("locale", "C") // passed to initdb, like the next two
                    .setLocaleConfig("auth-host", "scram-sha-256") // PostgreSQL 13 then stores the password as SCRAM, too
                    .setLocaleConfig("pwfile", passwordFile.toString())
                    .setConnectConfig("password", password)
                    .setDataDirectoryCustomizer(this::letOnlyTheExampleIn)
                    .setServerConfig("cluster_name", data.name())
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("shared_preload_libraries", "plpgsql") // mvn clean may delete the programs
                    .setServerConfig("restart_after_crash", "off") // a restart would end watch.sql
                    .setOutputRedirector(Redirect.appendTo(log.toFile()))
                    .setErrorRedirector(Redirect.appendTo(log.toFile()))
                    .start();
        } finally {
            Files.delete(passwordFile);
        }
    }

    private Path programs() throws IOException {
        Path programs = Path.of(System.getProperty(PROGRAMS, folder.resolve("postgresql").toString())).toAbsolutePath();
        Files.createDirectories(programs);
        removeHalfUnpacked(programs);
        return programs;
    }

    /** Deletes what a killed process left half unpacked: zonky would neither finish it nor start over. */
    private static void removeHalfUnpacked(Path programs) throws IOException {
        List<Path> folders;
        try (Stream<Path> found = Files.list(programs)) {
            folders = found.toList();
        }
        for (Path unpacked : folders) {
            if (Files.notExists(unpacked.resolve(".exists"))) {
                DataFolder.delete(unpacked);
            }
        }
    }

    private static String newPassword() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private void letOnlyTheExampleIn(File data) {
        try {
            Files.writeString(data.toPath().resolve("pg_hba.conf"), """
                    host postgres postgres 127.0.0.1/32 scram-sha-256
                    host postgres %s 127.0.0.1/32 scram-sha-256
                    """.formatted(example));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs watch.sql on a daemon thread, because it returns only when the server stops. */
    private static void watch(Connection superuser) throws IOException {
        String sql;
        try (InputStream file = SharedServer.class.getResourceAsStream("watch.sql")) {
            sql = new String(file.readAllBytes(), UTF_8);
        }
        Thread thread = new Thread(() -> {
            try (superuser; Statement statement = superuser.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                // The server has stopped.
            }
        }, "watch");
        thread.setDaemon(true);
        thread.start();
    }

    private String endOfLog() throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }
}
