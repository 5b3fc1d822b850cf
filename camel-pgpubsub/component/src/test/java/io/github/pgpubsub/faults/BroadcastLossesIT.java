package io.github.pgpubsub.faults;

import io.github.pgpubsub.history.What;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With singleListener=false, each consumer gets each message, and gaps are reported only to the consumer that missed messages.
 */
@Tag("long")
class BroadcastLossesIT {

    private static final int LOSSES = 5;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void eachGetsEachOrIsTold(int concurrentConsumers) {
        try (Proxy proxy = new Proxy(postgres.server());
                Group group = new Group(postgres, "broadcast " + concurrentConsumers,
                        "singleListener=false&gapMarker=reconnect&reconnectMaxDelay=200&concurrentConsumers="
                                + concurrentConsumers)) {
            Node lossy = group.through(proxy).launch().awaitStarted();
            Node whole = group.launch().awaitStarted();
            try (Numbers numbers = group.numbers(1000)) {
                for (int i = 0; i < LOSSES; i++) {
                    group.awaitNextStart(lossy);
                    int told = lossy.gaps().size();
                    group.history().happened(What.DISTURBING, lossy.name(), "cut");
                    if (i % 2 == 0) {
                        proxy.reset();
                    } else {
                        proxy.cut();
                    }
                    group.history().happened(What.SETTLED, lossy.name(), "cut");
                    group.awaitThat("a gap", Node.SOON, () -> lossy.gaps().size() > told);
                }
                group.awaitNextStart(lossy);
                group.awaitNextStart(whole);
                long sent = numbers.stop();
                group.awaitThat("all has come", Node.SOON, () -> group.all().stream()
                        .allMatch(node -> node.starts().stream().anyMatch(start -> start.number() == sent)));
            }
            Figures.print("broadcast, concurrentConsumers=%d: losses %d, gaps told to who lost %d, to the other %d",
                    concurrentConsumers,
                    LOSSES, lossy.gaps().size(), whole.gaps().size());
            // With several threads, the last message may be recorded before earlier ones.
            group.awaitThat("the earlier ones are written down", Node.SOON, group::isKept);
            group.assertKept();
        }
    }
}
