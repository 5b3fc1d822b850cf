package io.github.pgpubsub.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With {@code camel.threads.virtual.enabled=true} all of the component's threads are virtual, and nothing else changes. */
class VirtualThreadsIT {

    private static final int MESSAGES = 200;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void everyMessageArrivesOnAVirtualThread() {
        try (JvmProcess node = JvmProcess.start("virtual", VirtualThreadsNode.class,
                List.of("-Dcamel.threads.virtual.enabled=true"),
                List.of(postgres.url(), postgres.user(), postgres.password(), Integer.toString(MESSAGES)))) {
            node.awaitLine(VirtualThreadsNode.DONE::equals, Nodes.SOON.multipliedBy(2));
            List<String> expected = VirtualThreadsNode.ROUTES.stream().flatMap(route -> IntStream.rangeClosed(1, MESSAGES)
                    .mapToObj(number -> VirtualThreadsNode.RECEIVED + route + " " + number + " true")).toList();
            await().atMost(Nodes.SOON).untilAsserted(() -> assertThat(received(node)).hasSize(expected.size()));
            assertThat(received(node)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(received(node)).filteredOn(line -> line.contains("kept")).isEqualTo(
                    expected.stream().filter(line -> line.contains("kept")).toList());
            node.send("stop");
            assertThat(node.awaitExit(Nodes.SOON)).isZero();
        }
    }

    private static List<String> received(JvmProcess node) {
        return node.lines().stream().map(JvmProcess.Line::text).filter(line -> line.startsWith(VirtualThreadsNode.RECEIVED))
                .toList();
    }
}
