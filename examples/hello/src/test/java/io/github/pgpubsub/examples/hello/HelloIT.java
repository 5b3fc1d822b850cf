package io.github.pgpubsub.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The example in several terminals, as a user sees it. The tests mostly wait, and each has a server of its own, so they run side by side. */
@Tag("long")
@Execution(ExecutionMode.CONCURRENT)
class HelloIT {

    private static final Duration LONG = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    private final List<HelloProcess> processes = new ArrayList<>();

    @AfterEach
    void leaveNothingBehind() {
        processes.forEach(HelloProcess::close);
        await().atMost(LONG).untilAsserted(() -> assertThat(servers()).isEmpty());
    }

    @Test
    void listenerMovesAndTheLastToLeaveStopsTheServer() throws IOException {
        HelloProcess first = start();
        await().atMost(LONG).until(() -> first.printed("hello-1  LISTENS"));
        HelloProcess second = start();
        HelloProcess third = start();
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(first.received()).anyMatch(message -> message.endsWith("from hello-1"));
            assertThat(first.received()).anyMatch(message -> message.endsWith("from hello-2"));
            assertThat(first.received()).anyMatch(message -> message.endsWith("from hello-3"));
            assertThat(List.of(second, third)).allMatch(process -> process.printed("stands by"));
        });
        assertThat(List.of(second, third)).allMatch(process -> process.received().isEmpty());
        int port = port();

        first.terminate();
        HelloProcess heir = nextListener(second, third);
        await().atMost(LONG).until(() -> !first.runs());
        // The last line may be read a moment after the process has ended.
        await().atMost(LONG).untilAsserted(() -> assertThat(first.lines()).last().isEqualTo("hello-1  leaves"));

        heir.kill();
        HelloProcess last = nextListener(heir == second ? third : second);
        assertThat(answers(port)).isTrue();

        last.terminate();
        await().atMost(LONG).until(() -> !last.runs());
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(answers(port)).isFalse();
            assertThat(servers()).isEmpty();
        });
    }

    @Test
    void serverStopsAlsoWhenNobodyCouldSayFarewell() throws IOException {
        HelloProcess only = start();
        await().atMost(LONG).until(() -> only.received().size() > 0);
        int port = port();

        only.kill();

        await().atMost(LONG).untilAsserted(() -> {
            assertThat(answers(port)).isFalse();
            assertThat(servers()).isEmpty();
        });
    }

    @Test
    void killedServerIsReplaced() throws IOException {
        HelloProcess witness = start();
        await().atMost(LONG).until(() -> witness.received().size() > 0);
        Path killed = servers().get(0);
        long postmaster = Long.parseLong(Files.readAllLines(killed.resolve("postmaster.pid")).get(0));
        ProcessHandle.of(postmaster).orElseThrow().destroyForcibly();
        witness.kill();

        HelloProcess next = start();
        await().atMost(LONG).until(() -> next.received().size() > 0);
        assertThat(servers()).hasSize(1).doesNotContain(killed);
    }

    @Test
    void allReceiveFromOneAnotherButNotFromThemselves() throws IOException {
        HelloProcess first = start("--scenario", "all-filtered", "--name", "ann");
        HelloProcess second = start("--scenario", "all-filtered", "--name", "bob");
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(first.received()).hasSizeGreaterThan(5);
            assertThat(second.received()).hasSizeGreaterThan(5);
        });
        assertThat(first.received()).allMatch(message -> message.endsWith("from bob"));
        assertThat(second.received()).allMatch(message -> message.endsWith("from ann"));
    }

    @Test
    void keysMoveToAProcessThatJoins() throws IOException {
        HelloProcess first = start("--scenario", "shards", "--name", "one");
        await().atMost(LONG).until(() -> first.printed("one  has shards 0, 1, 2, 3, 4, 5, 6, 7"));
        HelloProcess second = start("--scenario", "shards", "--name", "two");
        await().atMost(LONG).until(() -> second.received().size() > 0 && first.printed("one  has shards 0, 1, 2, 3"));
        second.kill();
        long before = first.lines().stream().filter("one  has shards 0, 1, 2, 3, 4, 5, 6, 7"::equals).count();
        await().atMost(LONG)
                .until(() -> first.lines().stream().filter("one  has shards 0, 1, 2, 3, 4, 5, 6, 7"::equals).count() > before);
    }

    @Test
    void oneMessageFromOutside() throws IOException {
        HelloProcess listener = start();
        await().atMost(LONG).until(() -> listener.received().size() > 0);

        HelloProcess sender = start("--send", "what's up?");

        await().atMost(LONG).until(() -> listener.received().contains("what's up?"));
        await().atMost(LONG).until(() -> !sender.runs());
        assertThat(sender.exitCode()).as(sender.toString()).isZero();
        assertThat(sender.received()).isEmpty();
    }

    private HelloProcess start(String... flags) throws IOException {
        List<String> all = new ArrayList<>(List.of("--interval", "100"));
        all.addAll(List.of(flags));
        HelloProcess process = HelloProcess.start(folder, all.toArray(String[]::new));
        processes.add(process);
        return process;
    }

    /** The process that receives a new message next. */
    private static HelloProcess nextListener(HelloProcess... candidates) {
        List<Integer> before = Arrays.stream(candidates).map(candidate -> candidate.received().size()).toList();
        return await().atMost(LONG).until(() -> {
            for (int i = 0; i < candidates.length; i++) {
                if (candidates[i].received().size() > before.get(i)) {
                    return candidates[i];
                }
            }
            return null;
        }, candidate -> candidate != null);
    }

    private List<Path> servers() throws IOException {
        List<Path> servers = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "hello-server-*")) {
            found.forEach(servers::add);
        }
        return servers;
    }

    private int port() throws IOException {
        return Integer.parseInt(Files.readAllLines(servers().get(0).resolve("postmaster.pid")).get(3));
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
