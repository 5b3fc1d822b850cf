package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PgBouncer process between a test and its server, for the superuser's connections. It ends with this JVM, even if the JVM is
 * killed.
 */
public final class PgBouncer implements AutoCloseable {

    /**
     * Name of a system property. If its value is {@code required}, tests fail on a machine without PgBouncer; otherwise they
     * are skipped.
     */
    public static final String PROPERTY = "pgpubsub.test.pgbouncer";

    /**
     * The shell reads a pipe that ends with this JVM. Then it sends SIGKILL: the meaning of other signals differs between
     * versions.
     */
    private static final String SCRIPT = "\"$0\" \"$@\" </dev/null & cat >/dev/null; kill -KILL $!; wait $!";

    private final PostgresExtension postgres;
    private final int port = EmbeddedServer.freePort();
    private final Path directory;
    private Process shell;

    /**
     * Starts PgBouncer.
     *
     * @param settings settings of pgbouncer.ini, for example {@code pool_mode}
     */
    public PgBouncer(PostgresExtension postgres, Map<String, String> settings) {
        this.postgres = postgres;
        try {
            directory = Files.createTempDirectory("pgpubsub-pgbouncer-");
            configure(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    /** Skips the test on a machine without PgBouncer, or fails it if PgBouncer is required. */
    public static void assumeInstalled() {
        boolean installed = executables().findAny().isPresent();
        if ("required".equals(System.getProperty(PROPERTY))) {
            assertThat(installed).as("%s=required, and pgbouncer is on the PATH", PROPERTY).isTrue();
        }
        assumeTrue(installed, "There is no pgbouncer on the PATH (Debian has it in a package of that name)");
    }

    /** Also searches Debian's folder for it, which is only on root's PATH. */
    private static Stream<Path> executables() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, "pgbouncer")).filter(Files::isExecutable);
    }

    private void configure(Map<String, String> settings) throws IOException {
        PostgresServer server = postgres.server();
        Path users = Files.writeString(directory.resolve("users"),
                "\"%s\" \"%s\"\n".formatted(server.superuser(), server.password()));
        Files.writeString(directory.resolve("ini"), """
                [databases]
                * = host=%s port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = %s
                ignore_startup_parameters = extra_float_digits
                """.formatted(server.host(), server.port(), port, users)
                + settings.entrySet().stream().map(s -> s.getKey() + " = " + s.getValue() + "\n").collect(Collectors.joining()));
        // PgBouncer refuses to run as root, and the user that it runs as must be able to read these files.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Starts PgBouncer, for the first time or again. Returns when it accepts connections. */
    public void start() {
        String executable = executables().findFirst().orElseThrow().toString();
        List<String> user = "root".equals(System.getProperty("user.name")) ? List.of("-u", "nobody") : List.of();
        String ini = directory.resolve("ini").toString();
        List<String> command = Stream.of(List.of("sh", "-c", SCRIPT, executable), user, List.of(ini)).flatMap(List::stream)
                .toList();
        try {
            shell = new ProcessBuilder(command)
                    .redirectErrorStream(true).redirectOutput(Redirect.appendTo(log().toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await("pgbouncer takes connections").atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(isListening()).as(Files.readString(log())).isTrue());
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends PgBouncer at once, like a crash. Returns when its port is free. */
    public void stop() {
        try {
            shell.getOutputStream().close();
            shell.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The JDBC URL of the test's database through PgBouncer, without user and password. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, postgres.database());
    }

    /** A DataSource of the superuser through PgBouncer, without a pool on this side. */
    public PGSimpleDataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url());
        source.setUser(postgres.user());
        source.setPassword(postgres.password());
        return source;
    }

    private Path log() {
        return directory.resolve("log");
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
