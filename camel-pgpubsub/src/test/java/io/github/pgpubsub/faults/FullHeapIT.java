package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A heap that is full for some seconds: afterwards everything works again, and meanwhile no send waits for ever. */
class FullHeapIT {

    private static final int SECONDS = 6;
    /** What a garbage collector that finds nothing, and a loaded machine, may add to a send's time. */
    private static final Duration SLACK = Duration.ofSeconds(8);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everythingWorksAgain(boolean singleListener) {
        try (JvmProcess node = JvmProcess.start("full", FullHeapNode.class, List.of("-Xmx48m", "-XX:+UseSerialGC"),
                List.of(postgres.url(), postgres.user(), postgres.password(), "?singleListener=" + singleListener,
                        String.valueOf(SECONDS)))) {
            node.awaitLine(FullHeapNode.STARTED::equals, Node.SOON);
            node.awaitLine((FullHeapNode.GOT + "own")::equals, Node.SOON);
            postgres.notify("fill", "go");
            node.awaitLine(FullHeapNode.FREE::equals, Node.SOON.multipliedBy(2));
            long begin = System.nanoTime();
            Awaitility.await().atMost(Node.SOON).untilAsserted(() -> {
                postgres.notify("ping", "after");
                assertThat(node.lines()).anyMatch(line -> line.text().equals(FullHeapNode.GOT + "after"));
            });
            int before = count(node, "own");
            Awaitility.await().atMost(Node.SOON).untilAsserted(() -> assertThat(count(node, "own")).isGreaterThan(before + 10));
            // And the route that filled the heap takes the next message too.
            long frees = node.lines().stream().filter(line -> line.text().equals(FullHeapNode.FREE)).count();
            postgres.notify("fill", "again");
            Awaitility.await().atMost(Node.SOON.multipliedBy(2)).untilAsserted(() -> assertThat(
                    node.lines().stream().filter(line -> line.text().equals(FullHeapNode.FREE)).count()).isGreaterThan(frees));
            Awaitility.await().atMost(Node.SOON).untilAsserted(() -> {
                postgres.notify("ping", "at last");
                assertThat(node.lines()).anyMatch(line -> line.text().equals(FullHeapNode.GOT + "at last"));
            });
            long millis = (System.nanoTime() - begin) / 1_000_000;
            node.send("end");
            String longest = node.awaitLine(line -> line.startsWith(FullHeapNode.LONGEST), Node.SOON).text();
            assertThat(Duration.ofMillis(Long.parseLong(longest.substring(FullHeapNode.LONGEST.length()))))
                    .isLessThan(SLACK.plusMillis(FullHeapNode.SEND_TIMEOUT_MILLIS));
            assertThat(node.awaitExit(Node.SOON)).isZero();
            Figures.print("a heap of 48 MB that is full for %d s, twice, singleListener=%b: all works %d ms after the first time began"
                    + " to end, the longest send took %s ms", SECONDS, singleListener, millis,
                    longest.substring(FullHeapNode.LONGEST.length()));
        }
    }

    private static int count(JvmProcess node, String payload) {
        return (int) node.lines().stream().filter(line -> line.text().equals(FullHeapNode.GOT + payload)).count();
    }
}
