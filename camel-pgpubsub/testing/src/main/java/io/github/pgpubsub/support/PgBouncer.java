package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    private final PostgresExtension postgres;
    private final int port = EmbeddedServer.freePort();
    private final Path directory;
    private final TcpProgram program;

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
        // PgBouncer refuses to run as root.
        List<String> user = "root".equals(System.getProperty("user.name")) ? List.of("-u", "nobody") : List.of();
        List<String> command = Stream.of(List.of(TcpProgram.find("pgbouncer").orElseThrow().toString()), user,
                List.of(directory.resolve("ini").toString())).flatMap(List::stream).toList();
        program = new TcpProgram(command, port, directory.resolve("log"));
        start();
    }

    /** Skips the test on a machine without PgBouncer, or fails it if PgBouncer is required. */
    public static void assumeInstalled() {
        boolean installed = TcpProgram.find("pgbouncer").isPresent();
        if ("required".equals(System.getProperty(PROPERTY))) {
            assertThat(installed).as("%s=required, and pgbouncer is on the PATH", PROPERTY).isTrue();
        }
        assumeTrue(installed, "There is no pgbouncer on the PATH (Debian has it in a package of that name)");
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
        // The user that it runs as must be able to read these files.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Starts PgBouncer, for the first time or again. Returns when it accepts connections. */
    public void start() {
        program.start();
    }

    /** Ends PgBouncer at once, like a crash. Returns when its port is free. */
    public void stop() {
        program.stop();
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
