package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A leader without a standby is frozen, the server ends its session, and a newcomer leads. The newcomer found nobody who had led, so only
 * the former leader, once it is back, can tell that its messages are lost.
 */
class LostWithoutASuccessorTest {

    private static final ServerRun RUN = new ServerRun("start", 0);

    private final RecordedEffects effects = new RecordedEffects();
    private final Leadership<String> leadership = effects.leadership();
    private long now = Duration.ofSeconds(1).toNanos();

    @Test
    void theFormerLeaderTells() {
        lead();
        leadership.data("not begun");

        comeBack(9);

        assertThat(effects.names()).containsOnlyOnce("lost 1");
    }

    @Test
    void whatWasCompleteIsNotLost() {
        lead();

        comeBack(9);

        assertThat(effects.names()).noneMatch(name -> name.startsWith("lost"));
    }

    @Test
    void nothingIsLostWhileNobodyElseLeads() {
        lead();
        leadership.data("not begun");

        comeBack(0);

        assertThat(effects.names()).noneMatch(name -> name.startsWith("lost"));
    }

    private void lead() {
        effects.lead(leadership, 7, now);
        now += Duration.ofSeconds(2).toNanos();
    }

    /** @param leader backend that leads meanwhile; 0: none */
    private void comeBack(int leader) {
        leadership.disconnected(now, now, now);
        now += Duration.ofMinutes(1).toNanos();
        leadership.connected(8, RUN, now);
        for (int i = 0; i < 2; i++) {
            leadership.polled(new Poll(Lock.STANDBY, false, leader, 10, 3, 0, false), now);
        }
    }
}
