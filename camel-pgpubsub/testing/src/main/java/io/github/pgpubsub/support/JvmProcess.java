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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Another application: a main class in a separate JVM with this JVM's class path. A test exchanges lines with it, and can stop,
 * kill or freeze it.
 *
 * <p>
 * It does not outlive the tests: {@link #close()} kills it, and otherwise a shutdown hook does.
 */
public final class JvmProcess implements AutoCloseable {

    /** Options for a start with little CPU time: most of what a start executes is not worth compiling. */
    private static final List<String> FLAGS = List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=3", "-Xshare:auto");

    /** How long a process may take to end after a kill, or after it has closed its output. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    /** Null: the tests were not started by a build. */
    private static final @Nullable SharedClasses SHARED = Files.isDirectory(Path.of("target"))
            ? new SharedClasses(Path.of("target", "shared-classes").toAbsolutePath(), testClassPath())
            : null;

    /** Number of last lines that a failure message shows. */
    private static final int SHOWN = 100;

    /** A line of output, and the time when this side read it. */
    public record Line(Instant at, String text) {}

    private final String name;
    private final Process process;
    private final Writer input;
    private final Path classPathFile;
    private final Output output;
    private final Output errors;
    private final Thread shutdownHook;
    /** Whether it records the shared classes, and nobody has made use of that yet. */
    private final AtomicBoolean records;

    private JvmProcess(String name, Process process, Path classPathFile, boolean records) {
        this.records = new AtomicBoolean(records);
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
     * @param name       the process's name in failure messages
     * @param jvmOptions for example {@code -Dkey=value}; they take precedence over the defaults
     */
    public static JvmProcess start(String name, Class<?> main, List<String> jvmOptions, List<String> arguments) {
        return start(name, main, jvmOptions, arguments, List.of());
    }

    /** @param before prefix of the command line: a program that sets up an environment and then executes the JVM */
    public static JvmProcess start(
            String name, Class<?> main, List<String> jvmOptions, List<String> arguments, List<String> before) {
        try {
            Path classPathFile = writeClassPath();
            List<String> command = new ArrayList<>(before);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(FLAGS);
            boolean records = false;
            if (SHARED != null && SHARED.isThere()) {
                command.addAll(SHARED.use());
            } else if (SHARED != null && SHARED.begin()) {
                command.addAll(SHARED.record());
                records = true;
            }
            command.addAll(jvmOptions);
            command.add("@" + classPathFile);
            command.add(main.getName());
            command.addAll(arguments);
            return new JvmProcess(name, new ProcessBuilder(command).start(), classPathFile, records);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the class path to a file, because it can be too long for a command line. */
    private static Path writeClassPath() throws IOException {
        String classPath = SHARED == null ? testClassPath() : SHARED.classPath();
        String quoted = '"' + classPath.replace("\\", "\\\\") + '"';
        return Files.writeString(Files.createTempFile("class-path-", ".args"), "-cp " + quoted + "\n");
    }

    private static String testClassPath() {
        // Surefire may start this JVM with a single jar whose manifest names the class path.
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
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
     * Waits for a matching line of the standard output. Returns the first match, which may be an earlier line.
     *
     * @throws AssertionError if no line matches in time, or the process ends before; the message shows the output
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

    /** Sends SIGKILL, and waits for the end. No code of the process runs afterwards. */
    public void kill() {
        // Not Process.destroyForcibly(), which also closes the streams: the last lines are needed.
        process.toHandle().destroyForcibly();
        awaitExit(LAST_WORDS);
    }

    /** Sends SIGTERM, so shutdown hooks run. Does not wait. */
    public void stop() {
        process.toHandle().destroy();
    }

    /** Sends SIGSTOP. Like a long garbage collection or a suspended laptop, but the kernel still acknowledges for its sockets. */
    public void freeze() {
        signal("STOP");
    }

    /** Sends SIGCONT: the process continues where {@link #freeze()} stopped it. */
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
     * Waits for the end and returns the exit status. Then {@link #lines()} is complete.
     *
     * @throws AssertionError if the process does not end in time; the message shows the output
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
            if (SHARED != null && records.compareAndSet(true, false)) {
                SHARED.makeInBackground();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException shuttingDown) {
            // The JVM is shutting down: the hook is running already.
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

    /** One output stream of the process. A separate thread reads it to the end, so that the process never waits for a reader. */
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
                // Counts as the end of the stream.
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

        /** Waits for the end, with a limit that is not an error: a child of the process may keep the stream open. */
        void awaitEnd(Duration timeout) {
            await(line -> false, timeout);
        }

        /** The first matching line, or {@code null}. */
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
