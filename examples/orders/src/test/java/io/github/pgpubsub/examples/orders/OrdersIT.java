package io.github.pgpubsub.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.condition.OS.WINDOWS;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;

/** The script {@code run}, twice. */
@DisabledOnOs(WINDOWS)
class OrdersIT {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final Pattern URL = Pattern.compile("--spring\\.datasource\\.url=jdbc:postgresql://localhost:(\\d+)/[^']+");
    private static final Pattern ORDER = Pattern.compile("order (\\d+): [1-9] x (tea|milk|sugar|lemons)$");

    private static final Pattern STANDBY = Pattern.compile("Channel orders, group default: STANDBY");

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void leaveNothingBehind() {
        processes.forEach(OrdersIT::stop);
    }

    @Test
    void oneOfTwoReceivesWhatBothSell() throws IOException {
        List<String> first = start();
        await().atMost(LONG).until(() -> !orders(first).isEmpty());
        MatchResult server = find(URL, first).get(0);

        List<String> second = start(server.group());
        await().atMost(LONG).until(() -> !find(STANDBY, second).isEmpty());
        int soFar = orders(first).size();
        await().atMost(LONG).until(() -> orders(first).size() > soFar + 5);

        List<Integer> received = orders(first);
        assertThat(received).isEqualTo(IntStream.rangeClosed(1, received.size()).boxed().toList());
        assertThat(orders(second)).isEmpty();

        stop(processes.get(1));
        stop(processes.get(0));
        assertThat(answers(Integer.parseInt(server.group(1)))).as("its server").isFalse();
    }

    private List<String> start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of("run").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        processes.add(process);
        List<String> lines = new CopyOnWriteArrayList<>();
        Thread reader = new Thread(() -> read(process, lines), "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    private static void read(Process process, List<String> lines) {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(no more output: " + e.getMessage() + ")");
        }
    }

    private static List<Integer> orders(List<String> lines) {
        return find(ORDER, lines).stream().map(order -> Integer.valueOf(order.group(1))).toList();
    }

    private static List<MatchResult> find(Pattern pattern, List<String> lines) {
        return lines.stream().flatMap(line -> pattern.matcher(line).results()).toList();
    }

    /** SIGTERM; {@code Process#destroy} would close the output as well. */
    private static void stop(Process process) {
        process.toHandle().destroy();
        await().atMost(LONG).until(() -> !process.isAlive());
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
