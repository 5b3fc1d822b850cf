package io.github.pgpubsub.benchmark.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.pgpubsub.benchmark.kit.Line;
import io.github.pgpubsub.benchmark.kit.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A participant's process. The first command starts it; after a missing answer, the next command starts a new process. It ends
 * when its standard input is closed, so it does not outlive the harness, even if the harness is killed.
 */
public final class PeerProcess implements AutoCloseable {

    private static final Duration END = Duration.ofSeconds(5);

    private final Participant participant;
    private final Server server;
    private final Path log;
    private List<String> command;
    private PeerException absence;
    private Process process;
    private PrintWriter orders;
    private BufferedReader answers;

    /** @param log file for the process's standard error */
    public PeerProcess(Participant participant, Server server, Path log) {
        this.participant = participant;
        this.server = server;
        this.log = log;
    }

    public String name() {
        return participant.name();
    }

    public boolean makesItsOwnBacklog() {
        return participant.makesItsOwnBacklog();
    }

    public Family family() {
        return participant.family();
    }

    /** Versions for the report; empty: the participant can't run on this machine. */
    public Optional<String> versions() throws IOException {
        return command == null ? Optional.empty() : Optional.of(participant.versions());
    }

    /** Sends a command and waits for the answer. */
    public synchronized Line ask(Line order, Duration longest) throws PeerException {
        try {
            ensureStarted();
            orders.println(order);
            orders.flush();
            return understand(order, answer(longest));
        } catch (IOException e) {
            end();
            throw PeerException.failed("the process did not start or has ended; see " + log.getFileName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PeerException.failed("interrupted", e);
        }
    }

    private void ensureStarted() throws PeerException, IOException, InterruptedException {
        if (absence != null) {
            throw absence;
        }
        if (command == null) {
            try {
                command = participant.command();
            } catch (PeerException e) {
                absence = e;
                throw e;
            }
        }
        if (process == null) {
            Files.createDirectories(log.getParent());
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.appendTo(log.toFile()));
            builder.environment().putAll(server.toEnvironment());
            process = builder.start();
            orders = new PrintWriter(process.outputWriter(UTF_8));
            answers = process.inputReader(UTF_8);
        }
    }

    private String answer(Duration longest) throws PeerException, IOException, InterruptedException {
        BufferedReader reader = answers;
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(reader.readLine());
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        }, "answers of " + name());
        thread.setDaemon(true);
        thread.start();
        try {
            return answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            end();
            throw PeerException.failed("no answer within %d s".formatted(longest.toSeconds()), e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private static Line understand(Line order, String text) throws PeerException, IOException {
        if (text == null) {
            throw new IOException("the process has ended");
        }
        Line answer = Line.parse(text);
        return switch (answer.word()) {
            case Line.OK -> answer;
            case Line.CANNOT -> throw PeerException.unable(answer.text("reason"));
            default -> throw PeerException.failed("%s: %s".formatted(order.word(), answer.text("reason")), null);
        };
    }

    /** Ends the process; the next command starts a new one. */
    public synchronized void end() {
        if (process != null) {
            process.destroyForcibly();
            process = null;
        }
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            orders.close();
            try {
                process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            end();
        }
    }
}
