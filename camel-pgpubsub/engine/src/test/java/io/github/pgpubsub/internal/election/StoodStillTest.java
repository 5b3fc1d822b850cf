package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.status.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Another route of the session stands still, so nothing is read and there are no ticks: a member is only asked for signs of life. */
class StoodStillTest {

    private static final int BACKEND = 7;
    private static final int AUXILIARY = 9;

    private final RecordedEffects effects = new RecordedEffects();
    private final Leadership<String> leadership = effects.leadership();
    private long now = Duration.ofSeconds(1).toNanos();

    @Test
    void aMemberThatTakesOverLeads() {
        effects.takeOver(leadership, BACKEND, now);
        now += Duration.ofSeconds(1).toNanos();
        leadership.signOfLife(AUXILIARY, now);
        assertThat(leadership.role()).isEqualTo(Role.LEADER);
    }

    /** Without its RESIGN, the successor would have to assume that messages were missed. */
    @Test
    void aRefusedFarewellIsSentAgain() {
        effects.quick();
        effects.lead(leadership, BACKEND, now);
        now += Duration.ofSeconds(2).toNanos();
        leadership.sent(effects.lastSent(), true, now);
        leadership.stop(now);
        leadership.giveUpDraining(now);
        ControlMessage farewell = effects.lastSent();
        assertThat(farewell.type()).isEqualTo(ControlMessage.Type.RESIGN);
        leadership.sent(farewell, false, now);
        effects.names().clear();

        now += Duration.ofSeconds(1).toNanos();
        leadership.signOfLife(AUXILIARY, now);

        assertThat(effects.names()).contains("send");
        assertThat(effects.lastSent()).isEqualTo(farewell);
    }
}
