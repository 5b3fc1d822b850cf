package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One group after the other, each with random settings, suffers random faults under a steady stream of messages, and is judged
 * by its history. {@code -Dchaos.seconds} sets the total duration, {@code -Dchaos.world} the seconds per group, {@code
 * -Dchaos.members} the maximum number of members (3 to 8), and {@code -Dchaos.seed} the first group's seed; each further group
 * uses the next seed. To run half an hour:
 *
 * <pre>{@code
 * mvn -pl camel-pgpubsub/component -am test-compile failsafe:integration-test failsafe:verify -Dit.test=ChaosIT \
 *     -Dchaos.seconds=1800 -Dchaos.world=60 -Dchaos.members=8
 * }</pre>
 */
@Tag("long")
class ChaosIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final long seconds = Long.getLong("chaos.seconds", 30);
    private final long world = Long.getLong("chaos.world", 15);
    private final int members = Integer.getInteger("chaos.members", 4);
    private final long seed = Long.getLong("chaos.seed", System.nanoTime() % 1_000_000);

    @Test
    void whatTheyPromiseHolds() {
        List<String> broken = new ArrayList<>();
        long worlds = (seconds + world - 1) / world;
        for (long i = 0; i < worlds; i++) {
            try (ChaosWorld next = new ChaosWorld(postgres, seed + i, members)) {
                Verdict verdict = next.live(Duration.ofSeconds(world));
                if (!verdict.violations().isEmpty()) {
                    broken.add("seed " + (seed + i) + ", " + next + ": " + verdict.broken());
                }
            }
        }
        Figures.print("chaos: %d s in %d worlds from seed %d on, broken %d", worlds * world, worlds, seed, broken.size());
        assertThat(broken).isEmpty();
    }
}
