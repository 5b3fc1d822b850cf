package io.github.pgpubsub.faults.kept;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.faults.Figures;
import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@link KeptChaosIT} with eight shards on one to six processes. {@code -Dkept.seconds} sets the duration, {@code -Dkept.rate} the messages per
 * second, {@code -Dkept.members} the maximum number of processes, {@code -Dkept.modes} the groups, {@code -Dkept.seed} the world's seed. Ten
 * minutes at 2,000 messages a second: {@code -Dkept.seconds=600 -Dkept.rate=2000}.
 */
@Tag("long")
class ShardChaosIT {

    private static final int SHARDS = 8;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final long seconds = Long.getLong("kept.seconds", 30);
    private final int rate = Integer.getInteger("kept.rate", 500);
    private final int members = Integer.getInteger("kept.members", 6);
    private final String modes = System.getProperty("kept.modes", "batch");
    private final long seed = Long.getLong("kept.seed", System.nanoTime() % 1_000_000);

    @Test
    void eachKeyStaysInOrderOnOneMember() throws Exception {
        try (KeptWorld world = new KeptWorld(postgres, seed, 1, members, rate, modes, SHARDS)) {
            Verdict verdict = world.live(Duration.ofSeconds(seconds));
            Figures.print("shard chaos: %d s, seed %d, %s", seconds, seed, verdict.counts());
            assertThat(verdict.violations()).isEmpty();
        }
    }
}
