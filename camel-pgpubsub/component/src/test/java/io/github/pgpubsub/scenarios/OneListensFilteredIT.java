package io.github.pgpubsub.scenarios;

import static io.github.pgpubsub.scenarios.Nodes.SOON;
import static io.github.pgpubsub.scenarios.Nodes.awaitReceived;
import static io.github.pgpubsub.scenarios.Nodes.received;
import static io.github.pgpubsub.scenarios.Nodes.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One of three processes listens: it receives what the others send. */
class OneListensFilteredIT {

    private static final int COUNT = 5;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void theListenerReceivesEverythingButItsOwnAndSoDoesItsSuccessor() {
        try (Nodes nodes = Nodes.start(postgres, "filtered=true")) {
            JvmProcess first = nodes.awaitListener(SOON);
            receivesAllButItsOwn(nodes, first, "hello");

            nodes.kill(first);

            JvmProcess second = nodes.awaitListener(SOON);
            assertThat(second).isNotSameAs(first);
            receivesAllButItsOwn(nodes, second, "after the kill");

            JvmProcess third = nodes.runningBut(second).get(0);
            nodes.stopAll();
            assertThat(received(third)).noneMatch(text -> text.startsWith("hello") || text.startsWith("after the kill"));
        }
    }

    private static void receivesAllButItsOwn(Nodes nodes, JvmProcess listener, String text) {
        List<String> expected = new ArrayList<>(nodes.allSend(text, COUNT));
        expected.removeAll(texts(listener, text, COUNT));
        assertThat(expected).hasSize(COUNT * (nodes.running().size() - 1));
        postgres.notify(HelloNode.CHANNEL, text + " from SQL");
        expected.add(text + " from SQL");

        awaitReceived(listener, text + " from SQL");

        assertThat(received(listener)).filteredOn(received -> received.startsWith(text))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(nodes.runningBut(listener)).allSatisfy(
                node -> assertThat(received(node)).noneMatch(received -> received.startsWith(text)));
    }
}
