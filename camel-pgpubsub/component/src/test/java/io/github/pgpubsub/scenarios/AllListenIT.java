package io.github.pgpubsub.scenarios;

import static io.github.pgpubsub.scenarios.Nodes.awaitReceived;
import static io.github.pgpubsub.scenarios.Nodes.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three processes listen: each receives everything, its own messages included. */
class AllListenIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void eachReceivesEverythingOnceAndInTheSameOrder() {
        try (Nodes nodes = Nodes.start(postgres, "singleListener=false")) {
            List<String> expected = new ArrayList<>(nodes.allSend("hello", 10));
            postgres.notify(HelloNode.CHANNEL, "from SQL");
            expected.add("from SQL");

            nodes.running().forEach(node -> awaitReceived(node, "from SQL"));
            List<String> order = received(nodes.running().get(0));
            assertThat(nodes.running()).hasSize(3).allSatisfy(node -> {
                assertThat(received(node)).containsExactlyInAnyOrderElementsOf(expected);
                assertThat(received(node)).isEqualTo(order);
            });

            nodes.stopAll();
            assertThat(nodes.receivedByAnyone()).hasSize(3 * expected.size());
        }
    }
}
