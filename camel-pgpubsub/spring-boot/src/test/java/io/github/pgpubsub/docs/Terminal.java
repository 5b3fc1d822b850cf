package io.github.pgpubsub.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A command that a reader starts in a terminal. Closing it is Ctrl-C. It ends with this JVM, even if the JVM is killed. */
final class Terminal implements AutoCloseable {

    /** Ends with the program. A subshell reads a pipe that ends with this JVM, and then asks the program to end. */
    private static final String SCRIPT = "exec 3<&0; \"$0\" \"$@\" </dev/null 3<&- & program=$!;"
            + " (cat <&3 >/dev/null; kill -TERM $program) & trap \"kill $!\" EXIT; wait $program";
    /** Downloads included: the first run on a machine fetches whole frameworks. */
    private static final int LONGEST_MINUTES = 15;

    private final Path output;
    private final Process shell;

    private Terminal(Path folder, List<String> command) throws IOException {
        output = Files.createTempFile(folder, "output", ".txt");
        shell = process(folder, Stream.concat(Stream.of("sh", "-c", SCRIPT), command.stream()).toList(), output).start();
    }

    /** Starts a command in a folder. */
    static Terminal start(Path folder, List<String> command) throws IOException {
        return new Terminal(folder, command);
    }

    /** Runs a command to its end, which must be a success. */
    static void run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = process(folder, command, output).start();
        try {
            assertThat(process.waitFor(LONGEST_MINUTES, MINUTES)).as("%s ends", command).isTrue();
            assertThat(process.exitValue()).as("%s%n%s", command, Files.readString(output)).isZero();
        } finally {
            process.destroy();
        }
    }

    private static ProcessBuilder process(Path folder, List<String> command, Path output) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(Redirect.to(output.toFile()));
        // C2 would not pay off in such short-lived processes.
        builder.environment().merge("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1", (others, mine) -> others + " " + mine);
        return builder;
    }

    /** Does the deed again and again until the text has appeared. */
    void awaitText(String text, Runnable deed) {
        await().atMost(LONGEST_MINUTES, MINUTES)
                .failFast("it ends", () -> assertThat(shell.isAlive()).as(read()).isTrue())
                .until(() -> {
                    deed.run();
                    return read().contains(text);
                });
    }

    private String read() throws IOException {
        return Files.readString(output, UTF_8);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        shell.getOutputStream().close();
        assertThat(shell.waitFor(1, MINUTES)).as(read()).isTrue();
    }
}
