package io.github.pgpubsub.faults.kept;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Processes that receive kept messages suffer random faults while writers with random delays commit, and are judged by what all of them have
 * recorded. {@code -Dkept.seconds} sets the total duration, {@code -Dkept.world} the seconds per world, {@code -Dkept.rate} the messages per
 * second, {@code -Dkept.members} the maximum number of processes, {@code -Dkept.modes} the groups by their {@code ackMode} and
 * whether they have batches ({@code batch,message-batches}), {@code -Dkept.camel} whether {@code some}, {@code all} or {@code none} of the
 * processes have a CamelContext, and {@code -Dkept.seed} the first world's seed. Ten minutes at 2,000 messages a second:
 *
 * <pre>{@code
 * mvn -pl camel-pgpubsub/component -am test-compile failsafe:integration-test failsafe:verify -Plong -Dit.test=KeptChaosIT \
 *     -Dkept.seconds=600 -Dkept.world=600 -Dkept.rate=2000
 * }</pre>
 */
@Tag("long")
class KeptChaosIT {

    /** A crash of the server loses nothing: what it has written outlives it as long as the machine does. */
    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final long seconds = Long.getLong("kept.seconds", 30);
    private final long world = Long.getLong("kept.world", 30);
    private final int rate = Integer.getInteger("kept.rate", 500);
    private final int members = Integer.getInteger("kept.members", 3);
    private final String modes = System.getProperty("kept.modes", "batches,transaction");
    private final long seed = Long.getLong("kept.seed", System.nanoTime() % 1_000_000);

    @Test
    void whatTheyPromiseHolds() throws Exception {
        List<String> broken = new ArrayList<>();
        long worlds = (seconds + world - 1) / world;
        for (long i = 0; i < worlds; i++) {
            try (KeptWorld next = new KeptWorld(postgres, seed + i, members, rate, modes)) {
                Verdict verdict = next.live(Duration.ofSeconds(world));
                if (!verdict.violations().isEmpty()) {
                    broken.add("seed " + (seed + i) + ", " + next + ": " + verdict.broken());
                }
            }
        }
        Figures.print("kept chaos: %d s in %d worlds from seed %d on, broken %d", worlds * world, worlds, seed, broken.size());
        assertThat(broken).isEmpty();
    }
}
