package io.github.pgpubsub.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Another application: a main class in a JVM of its own, with this JVM's class path, to be talked to by lines and to be
 * killed, frozen or asked to stop.
 *
 * <p>
 * It does not outlive the tests: {@link #close()} kills it, and a shutdown hook does where nobody closed it.
 */
public final class JvmProcess implements AutoCloseable {

    /** For a start within a fraction of a second, several at a time, on a small machine. */
    private static final List<String> FLAGS = List.of("-Xmx192m", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

    /** How long a process that was killed, or closed its output, may take to be gone. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    /** How many of the last lines a failure's message shows. */
    private static final int SHOWN = 100;

    /** A line of output, and when this side read it. */
    public record Line(Instant at, String text) {}

    private final String name;
    private final Process process;
    private final Writer input;
    private final Path classPathFile;
    private final Output output;
    private final Output errors;
    private final Thread shutdownHook;

    private JvmProcess(String name, Process process, Path classPathFile) {
        this.name = name;
        this.process = process;
        this.classPathFile = classPathFile;
        input = process.outputWriter(StandardCharsets.UTF_8);
        output = Output.read(process.getInputStream(), name + "-stdout");
        errors = Output.read(process.getErrorStream(), name + "-stderr");
        shutdownHook = new Thread(process.toHandle()::destroyForcibly, name + "-kill");
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /** Starts a main class with these arguments. */
    public static JvmProcess start(String name, Class<?> main, String... arguments) {
        return start(name, main, List.of(), List.of(arguments));
    }

    /**
     * Starts a main class.
     *
     * @param name       what failures call it
     * @param jvmOptions such as {@code -Dkey=value}; they win over the defaults
     */
    public static JvmProcess start(String name, Class<?> main, List<String> jvmOptions, List<String> arguments) {
        return start(name, main, jvmOptions, arguments, List.of());
    }

    /** @param before what begins the command: something that makes an environment and then becomes the JVM */
    public static JvmProcess start(
            String name, Class<?> main, List<String> jvmOptions, List<String> arguments, List<String> before) {
        try {
            Path classPathFile = writeClassPath();
            List<String> command = new ArrayList<>(before);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(FLAGS);
            command.addAll(jvmOptions);
            command.add("@" + classPathFile);
            command.add(main.getName());
            command.addAll(arguments);
            return new JvmProcess(name, new ProcessBuilder(command).start(), classPathFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file, because a class path can be longer than a command line may be. */
    private static Path writeClassPath() throws IOException {
        // Surefire may have started this JVM with one jar that only names the others.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String quoted = '"' + classPath.replace("\\", "\\\\") + '"';
        return Files.writeString(Files.createTempFile("class-path-", ".args"), "-cp " + quoted + "\n");
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The standard output so far. */
    public List<Line> lines() {
        return output.lines();
    }

    /**
     * Waits for a line of the standard output and returns the first that fits, be it an old one.
     *
     * @throws AssertionError if none comes in time or the process ends without one; it shows all output
     */
    public Line awaitLine(Predicate<String> fits, Duration timeout) {
        Line line = output.await(fits, timeout);
        if (line == null) {
            if (output.hasEnded()) {
                awaitExit(LAST_WORDS);
            }
            throw failure("wrote no such line within " + timeout);
        }
        return line;
    }

    /** Writes a line to the process's standard input. */
    public void send(String line) {
        try {
            input.write(line + "\n");
            input.flush();
        } catch (IOException e) {
            throw failure("does not read its input: " + e.getMessage());
        }
    }

    /** SIGKILL, and waits until it is gone. No code of the process runs any more. */
    public void kill() {
        // Not Process.destroyForcibly(), which also closes the streams: the last lines count.
        process.toHandle().destroyForcibly();
        awaitExit(LAST_WORDS);
    }

    /** SIGTERM: its shutdown hooks run. Does not wait. */
    public void stop() {
        process.toHandle().destroy();
    }

    /** SIGSTOP: as a long pause of garbage collection or a sleeping laptop; the kernel still answers for its sockets. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT: goes on where {@link #freeze()} stopped it. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).inheritIO().start();
            if (kill.waitFor() != 0) {
                throw failure("did not take SIG" + signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Waits for the end and returns the exit status; {@link #lines()} is complete then.
     *
     * @throws AssertionError if it still runs then; it shows all output
     */
    public int awaitExit(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failure("still runs after " + timeout);
            }
            output.awaitEnd(LAST_WORDS);
            errors.awaitEnd(LAST_WORDS);
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void close() {
        try {
            kill();
            Files.deleteIfExists(classPathFile);
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs already.
        }
    }

    private AssertionError failure(String what) {
        String state = process.isAlive() ? "running" : "ended with " + process.exitValue();
        return new AssertionError("%s (%s) %s%n%s%n%s".formatted(
                name, state, what, output.shown(name + " out"), errors.shown(name + " err")));
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(e);
    }

    @Override
    public String toString() {
        return name + " (pid " + pid() + ")";
    }

    /** One stream of the process, read to its end by a thread of its own so that the process never waits for a reader. */
    private static final class Output {

        private final List<Line> lines = new ArrayList<>();
        private boolean ended;

        static Output read(InputStream stream, String threadName) {
            Output output = new Output();
            Thread reader = new Thread(() -> output.readAll(stream), threadName);
            reader.setDaemon(true);
            reader.start();
            return output;
        }

        private void readAll(InputStream stream) {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                    add(new Line(Instant.now(), text));
                }
            } catch (IOException closed) {
                // As good as an end.
            } finally {
                end();
            }
        }

        private synchronized void add(Line line) {
            lines.add(line);
            notifyAll();
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }

        synchronized List<Line> lines() {
            return List.copyOf(lines);
        }

        synchronized boolean hasEnded() {
            return ended;
        }

        /** A process started by this one may keep the stream open: so there is a limit, and missing it is no failure. */
        void awaitEnd(Duration timeout) {
            await(line -> false, timeout);
        }

        /** The first line that fits, or {@code null}. */
        synchronized @Nullable Line await(Predicate<String> fits, Duration timeout) {
            long deadline = System.nanoTime() + timeout.toNanos();
            for (int next = 0;; next++) {
                while (next == lines.size()) {
                    long left = deadline - System.nanoTime();
                    if (ended || left <= 0) {
                        return null;
                    }
                    waitFor(left);
                }
                if (fits.test(lines.get(next).text())) {
                    return lines.get(next);
                }
            }
        }

        private void waitFor(long nanos) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, nanos);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        synchronized String shown(String prefix) {
            return lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()).stream()
                    .map(line -> prefix + "| " + line.at() + " " + line.text())
                    .collect(Collectors.joining("\n"));
        }
    }
}
