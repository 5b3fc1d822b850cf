package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Scanner;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class JvmProcessTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void startsWithThisClassPathAndItsOptions() {
        Instant before = Instant.now();
        try (JvmProcess parrot = JvmProcess.start("parrot", Parrot.class, List.of("-Dcolour=light green"), List.of("a b", "c"))) {
            JvmProcess.Line ready = parrot.awaitLine(line -> line.startsWith("ready"), SOON);
            assertThat(ready.text()).isEqualTo("ready a b,c light green " + Assertions.class.getName());
            assertThat(ready.at()).isBetween(before, Instant.now());
            assertThat(parrot.lines()).containsExactly(ready);
        }
    }

    @Test
    void talksByLines() {
        try (JvmProcess parrot = parrot()) {
            parrot.send("one");
            parrot.send("zwölf");
            parrot.awaitLine("echo zwölf"::equals, SOON);
            assertThat(parrot.lines()).extracting(JvmProcess.Line::text).endsWith("echo one", "echo zwölf");
        }
    }

    @Test
    void anExitStatusArrives() {
        try (JvmProcess parrot = parrot()) {
            parrot.send("exit");
            assertThat(parrot.awaitExit(SOON)).isEqualTo(7);
        }
    }

    @Test
    void stopRunsShutdownHooksAndKillDoesNot() {
        try (JvmProcess stopped = parrot(); JvmProcess killed = parrot()) {
            stopped.stop();
            stopped.awaitLine("hook"::equals, SOON);
            assertThat(stopped.awaitExit(SOON)).isEqualTo(128 + 15);

            killed.kill();
            assertThat(killed.isAlive()).isFalse();
            assertThat(killed.awaitExit(SOON)).isEqualTo(128 + 9);
            assertThat(killed.lines()).extracting(JvmProcess.Line::text).doesNotContain("hook");
        }
    }

    @Test
    void frozenItIsSilentAndThawedItAnswers() {
        try (JvmProcess parrot = parrot()) {
            parrot.freeze();
            parrot.send("ping");
            await().during(Duration.ofMillis(500)).until(() -> parrot.isAlive()
                    && parrot.lines().stream().noneMatch(line -> line.text().equals("echo ping")));
            parrot.thaw();
            parrot.awaitLine("echo ping"::equals, SOON);
        }
    }

    @Test
    void closeEndsEvenAFrozenProcess() {
        JvmProcess parrot = parrot();
        parrot.freeze();
        parrot.close();
        assertThat(ProcessHandle.of(parrot.pid()).filter(ProcessHandle::isAlive)).isEmpty();
        parrot.close();
    }

    @Test
    void aFailureShowsTheOutput() {
        try (JvmProcess parrot = parrot()) {
            parrot.send("complain");
            parrot.awaitLine("echo complain"::equals, SOON);
            assertThatThrownBy(() -> parrot.awaitLine("never"::equals, Duration.ofMillis(10)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("parrot (running)")
                    .hasMessageContaining("echo complain");

            parrot.send("exit");
            assertThatThrownBy(() -> parrot.awaitLine("never"::equals, SOON))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("parrot err|")
                    .hasMessageContaining("a complaint");
            parrot.awaitExit(SOON);
            assertThatThrownBy(() -> parrot.awaitLine("never"::equals, SOON))
                    .hasMessageContaining("ended with 7");
        }
    }

    @Test
    void aJvmThatDoesNotStartSaysWhy() {
        try (JvmProcess broken = JvmProcess.start("broken", Parrot.class, List.of("-XX:NoSuchOption"), List.of())) {
            assertThatThrownBy(() -> broken.awaitLine("ready"::equals, SOON)).hasMessageContaining("NoSuchOption");
        }
    }

    private static JvmProcess parrot() {
        JvmProcess parrot = JvmProcess.start("parrot", Parrot.class);
        parrot.awaitLine(line -> line.startsWith("ready"), SOON);
        return parrot;
    }

    /** Prints each line of its input. */
    static final class Parrot {

        private Parrot() {}

        public static void main(String[] arguments) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
            System.out.println("ready " + String.join(",", arguments) + " " + System.getProperty("colour") + " "
                    + Assertions.class.getName());
            Scanner in = new Scanner(System.in);
            while (in.hasNextLine()) {
                String line = in.nextLine();
                switch (line) {
                    case "exit" -> System.exit(7);
                    case "complain" -> System.err.println("a complaint");
                    default -> {
                    }
                }
                System.out.println("echo " + line);
            }
        }
    }
}
