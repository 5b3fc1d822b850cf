package io.github.pgpubsub.examples.hello;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A process of the example, and its output. */
final class HelloProcess implements AutoCloseable {

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private HelloProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static HelloProcess start(Path folder, String... flags) throws IOException {
        // C2 would not pay off in such a short-lived process.
        List<String> java = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-Dhello.folder=" + folder, "-cp", System.getProperty("java.class.path"),
                Hello.class.getName());
        List<String> command = Stream.concat(java.stream(), Stream.of(flags)).toList();
        return new HelloProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void read() {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(no more output: " + e.getMessage() + ")");
        }
    }

    /** The output so far, as a live list. */
    List<String> lines() {
        return lines;
    }

    boolean printed(String part) {
        return lines.stream().anyMatch(line -> line.contains(part));
    }

    /** The messages that the process has received. */
    List<String> received() {
        return lines.stream()
                .filter(line -> line.contains("  receives  "))
                .map(line -> line.replaceFirst(".*  receives  ", ""))
                .toList();
    }

    boolean runs() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Sends SIGTERM. Not {@code Process#destroy}, which would also close the output. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Sends SIGKILL. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return "process " + process.pid() + ":\n  " + String.join("\n  ", lines);
    }
}
