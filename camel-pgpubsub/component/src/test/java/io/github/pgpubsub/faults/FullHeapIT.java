package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The heap is full for some seconds: meanwhile no send waits for ever, and afterwards everything works again. Any allocation
 * may fail in these seconds, so each run differs; what is lost for good if it fails is found in every run.
 */
@Tag("long")
class FullHeapIT {

    private static final int SECONDS = 6;
    /** Timeout for a JVM on a loaded machine. */
    private static final Duration START = Duration.ofMinutes(2);
    /** Allowance for fruitless garbage collections and a loaded machine, added to a send's timeout. */
    private static final Duration SLACK = Duration.ofSeconds(8);

    /** In the log of the JVM: the engine loads one of its own classes, but not a lambda. */
    private static final Pattern LOADED = Pattern.compile("^(io\\.github\\.pgpubsub\\.(?!faults\\.|.*Lambda)[\\w.$]+) source:");
    /** In the log of the JVM: a class of the engine, the driver or JDBC that has an initializer. */
    private static final Pattern INITIALIZED = Pattern
            .compile("Initializing '((?:io/github/pgpubsub|org/postgresql|java/sql)/[^']+)'(?! ?\\(no method\\))");
    /**
     * Where these are needed, a lack of memory is caught. (A member ends another session only if the full heap has made that one silent for
     * long; the listening thread then connects anew, as after any lack of memory.)
     */
    private static final List<String> GUARDED = List.of("io.github.pgpubsub.internal.publish.Completions$Runner",
            "io.github.pgpubsub.internal.session.BackendRequests$Termination",
            "io.github.pgpubsub.internal.session.BackendRequests$TerminationTry",
            "io.github.pgpubsub.internal.session.UnreadablePayload");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everythingWorksAgain(boolean singleListener) {
        try (JvmProcess node = JvmProcess.start("full", FullHeapNode.class,
                List.of("-Xmx64m", "-Xlog:class+load,class+init=info:stdout:none"),
                List.of(postgres.url(), postgres.user(), postgres.password(), "?singleListener=" + singleListener,
                        String.valueOf(SECONDS)))) {
            node.awaitLine(FullHeapNode.STARTED::equals, START);
            node.awaitLine((FullHeapNode.GOT + "own")::equals, Node.SOON);
            String before = awaitAllIsWell(node, "before");
            long first = fillAndAwaitMessages(node, 1);
            // The route that filled the heap processes the next message, too.
            long second = fillAndAwaitMessages(node, 2);
            // The threads have the same purposes as before, and health is up.
            assertThat(awaitAllIsWell(node, "after")).isEqualTo(before);
            assertThat(neededLate(node)).isSubsetOf(GUARDED);
            node.send(FullHeapNode.END);
            String longest = node.awaitLine(line -> line.startsWith(FullHeapNode.LONGEST), Node.SOON).text()
                    .substring(FullHeapNode.LONGEST.length());
            assertThat(Duration.ofMillis(Long.parseLong(longest))).isLessThan(SLACK.plusMillis(FullHeapNode.SEND_TIMEOUT_MILLIS));
            assertThat(node.awaitExit(Node.SOON)).isZero();
            Figures.print(
                    "a heap of 64 MB that is full for %d s, twice, singleListener=%b: messages come again %d and %d ms after it is"
                            + " free, the longest send took %s ms",
                    SECONDS, singleListener, first, second, longest);
        }
    }

    /** @return milliseconds until messages arrive again */
    private static long fillAndAwaitMessages(JvmProcess node, int time) {
        postgres.notify("fill", "go");
        Awaitility.await().atMost(Node.SOON).until(() -> count(node, FullHeapNode.FREE) == time);
        long begin = System.nanoTime();
        Awaitility.await().atMost(Node.SOON).untilAsserted(() -> {
            postgres.notify("ping", "after " + time);
            assertThat(count(node, FullHeapNode.GOT + "after " + time)).isPositive();
        });
        long millis = (System.nanoTime() - begin) / 1_000_000;
        // The application receives its own messages, too.
        long own = count(node, FullHeapNode.GOT + "own");
        Awaitility.await().atMost(Node.SOON).until(() -> count(node, FullHeapNode.GOT + "own") > own + 10);
        return millis;
    }

    /**
     * The classes that were loaded or initialized while the heap was full, or later. If memory is lacking at that moment, which happens once in
     * some dozens of runs, the thread that needs the class may end, or the class is unusable for good.
     */
    private static List<String> neededLate(JvmProcess node) {
        return node.lines().stream().map(JvmProcess.Line::text).dropWhile(line -> !line.equals(FullHeapNode.FILLING))
                .flatMap(line -> Stream.of(LOADED, INITIALIZED).map(pattern -> pattern.matcher(line)))
                .filter(Matcher::find).map(match -> match.group(1)).toList();
    }

    /** @return the threads and the health checks */
    private static String awaitAllIsWell(JvmProcess node, String when) {
        String[] state = new String[1];
        int[] asked = new int[1];
        Awaitility.await().atMost(Node.SOON).untilAsserted(() -> {
            String question = FullHeapNode.STATE + when + ++asked[0] + ": ";
            node.send(when + asked[0]);
            state[0] = node.awaitLine(line -> line.startsWith(question), Node.SOON).text().substring(question.length());
            assertThat(state[0]).contains("listen", "watchdog", "publish,", "publish timekeeper", "supervisor", "worker", " UP")
                    .doesNotContain("DOWN", "UNKNOWN");
        });
        return state[0];
    }

    private static long count(JvmProcess node, String text) {
        return node.lines().stream().filter(line -> line.text().equals(text)).count();
    }
}
