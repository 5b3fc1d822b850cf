package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A program of the machine that listens on a port of this test. It ends with this JVM, even if the JVM is killed. */
final class TcpProgram {

    /**
     * The shell reads a pipe that ends with this JVM. Then it sends SIGKILL: the meaning of other signals differs between
     * versions.
     */
    private static final String SCRIPT = "\"$0\" \"$@\" </dev/null & cat >/dev/null; kill -KILL $!; wait $!";

    private final List<String> command;
    private final int port;
    private final Path log;
    private @Nullable Process shell;

    /**
     * Starts nothing yet.
     *
     * @param command program and arguments; the program must stay in the foreground, as one process
     * @param port    where the program listens, on loopback
     * @param log     for its output
     */
    TcpProgram(List<String> command, int port, Path log) {
        this.command = Stream.concat(Stream.of("sh", "-c", SCRIPT), command.stream()).toList();
        this.port = port;
        this.log = log;
    }

    /** Searches the PATH and Debian's folder for servers, which is only on root's PATH. */
    static Optional<Path> find(String program) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, program)).filter(Files::isExecutable).findFirst();
    }

    /** Starts it, for the first time or again. Returns when it accepts connections. */
    void start() {
        try {
            shell = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await(command.get(3) + " takes connections").atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(isListening()).as(Files.readString(log)).isTrue());
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends it at once, like a crash. Returns when its port is free. */
    void stop() {
        Process running = shell;
        assert running != null : "started before";
        try {
            running.getOutputStream().close();
            running.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
