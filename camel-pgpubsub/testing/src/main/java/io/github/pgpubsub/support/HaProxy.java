package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** An HAProxy process between a test and its servers. It ends with this JVM, even if the JVM is killed. */
public final class HaProxy implements AutoCloseable {

    /**
     * Name of a system property. If its value is {@code required}, tests fail on a machine without HAProxy; otherwise they are
     * skipped.
     */
    public static final String PROPERTY = "pgpubsub.test.haproxy";

    private final int port = EmbeddedServer.freePort();
    private final Path directory;
    private final TcpProgram program;

    /**
     * Starts HAProxy.
     *
     * @param configuration haproxy.cfg that listens on the given port
     */
    public HaProxy(IntFunction<String> configuration) {
        try {
            directory = Files.createTempDirectory("pgpubsub-haproxy-");
            Path file = Files.writeString(directory.resolve("haproxy.cfg"), configuration.apply(port));
            program = new TcpProgram(List.of(TcpProgram.find("haproxy").orElseThrow().toString(), "-db", "-f", file.toString()),
                    port, directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        program.start();
    }

    /** Skips the test on a machine without HAProxy, or fails it if HAProxy is required. */
    public static void assumeInstalled() {
        boolean installed = TcpProgram.find("haproxy").isPresent();
        if ("required".equals(System.getProperty(PROPERTY))) {
            assertThat(installed).as("%s=required, and haproxy is on the PATH", PROPERTY).isTrue();
        }
        assumeTrue(installed, "There is no haproxy on the PATH (Debian has it in a package of that name)");
    }

    /** The JDBC URL of a database through HAProxy, without user and password. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    @Override
    public void close() {
        program.stop();
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
