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
 * The PostgreSQL server that all processes of an example and a user share, found by its files in a folder of that user.
 *
 * <p>Joining happens one process at a time (a lock on a file there). A server that answers is joined. What does not
 * answer is what remains of a machine that was switched off or of a server that was killed, and is cleared away.
 * Leaving needs nothing at all: {@code watch.sql} sees it.
 *
 * <p>{@code pg_ctl} gives the server a session of its own, so no signal of the starter's terminal reaches it.
 * It listens on the loopback address only. A role that is named like the example may connect, and create schemas;
 * its password is in the server's folder, which is the user's alone. The superuser's is forgotten once the server runs.
 */
public final class SharedServer {

    /** The system property that names a folder for PostgreSQL's programs, 60 MB. By default they are with the data. */
    private static final String PROGRAMS = "examples.postgresql";

    private final String example;
    private final Path folder;
    private final Path log;
    private final Consumer<String> tell;

    /**
     * Nothing is started yet.
     *
     * @param example its name: letters in lower case
     * @param folder  where this user's server of this example is found; made if it is not there
     * @param tell    what a person may want to know
     */
    public SharedServer(String example, Path folder, Consumer<String> tell) {
        this.example = example;
        this.folder = folder.toAbsolutePath();
        this.log = this.folder.resolve("server.log");
        this.tell = tell;
    }

    /** Of this machine and user; {@code -Dhello.folder}, for the example of that name, takes another. */
    public static Path defaultFolder(String example) {
        return Path.of(System.getProperty(example + ".folder", "%s/camel-pgpubsub-%s-%s".formatted(
                System.getProperty("java.io.tmpdir"), example, System.getProperty("user.name"))));
    }

    /** Joins the server that is there, or starts one. The lock is held meanwhile, and asked nothing. */
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
            throw new IOException("PostgreSQL did not start; a URL takes a server of your own. The end of %s:%n%s"
                    .formatted(log, endOfLog()), e);
        }
    }

    private EmbeddedPostgres start(DataFolder data) throws IOException {
        // By default it is a folder among the temporary files, which everybody may write to and nobody removes.
        System.setProperty("ot.epg.working-dir", programs().toString());
        String password = newPassword();
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
                    .setDataDirectoryCustomizer(this::letOnlyTheExampleIn)
                    .setServerConfig("cluster_name", data.name())
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("shared_preload_libraries", "plpgsql") // a "mvn clean" may take the programs away
                    .setServerConfig("restart_after_crash", "off") // or nobody would watch it any more
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

    /** What an unpacking left that was killed: zonky would not go on with it, nor begin anew. */
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
        }, "watch");
        thread.setDaemon(true);
        thread.start();
    }

    private String endOfLog() throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }
}
