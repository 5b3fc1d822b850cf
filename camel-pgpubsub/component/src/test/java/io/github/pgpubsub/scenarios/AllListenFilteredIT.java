package io.github.pgpubsub.scenarios;

import static io.github.pgpubsub.scenarios.Nodes.awaitReceived;
import static io.github.pgpubsub.scenarios.Nodes.received;
import static io.github.pgpubsub.scenarios.Nodes.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three processes listen: each receives what the others send. */
class AllListenFilteredIT {

    private static final int COUNT = 10;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void eachReceivesEverythingButItsOwn() {
        try (Nodes nodes = Nodes.start(postgres, "singleListener=false&filtered=true")) {
            List<String> sent = nodes.allSend("hello", COUNT);
            postgres.notify(HelloNode.CHANNEL, "from SQL");

            nodes.running().forEach(node -> awaitReceived(node, "from SQL"));
            assertThat(nodes.running()).hasSize(3).allSatisfy(node -> {
                List<String> expected = new ArrayList<>(sent);
                expected.removeAll(texts(node, "hello", COUNT));
                expected.add("from SQL");
                assertThat(expected).hasSize(2 * COUNT + 1);
                assertThat(received(node)).containsExactlyInAnyOrderElementsOf(expected);
            });

            nodes.stopAll();
            assertThat(nodes.receivedByAnyone()).hasSize(3 * (2 * COUNT + 1));
        }
    }
}
