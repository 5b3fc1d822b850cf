package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.status.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A leader that ends at once, because the server does not let it stop in an orderly way or memory is lacking. */
class AbandonTest {

    private static final ServerRun RUN = new ServerRun("start", 0);

    private final RecordedEffects effects = new RecordedEffects();
    private final Leadership<String> leadership = effects.leadership();
    private final long now = Duration.ofSeconds(1).toNanos();

    /** A message that begins after the locks are released might begin at the successor, too. */
    @Test
    void noMoreMessagesBeginBeforeTheLocksAreReleased() {
        effects.lead(leadership, 7, now);
        effects.names().clear();
        leadership.abandon();
        assertThat(effects.names()).startsWith("withdraw").endsWith("stopped");
        assertThat(leadership.role()).isEqualTo(Role.STOPPED);
    }

    @Test
    void withoutMemoryToTellOfTheEndItEndsAllTheSame() {
        endsAtTheSecondAttempt("changed");
    }

    @Test
    void withoutMemoryToReleaseTheLocksItDoesItAgain() {
        endsAtTheSecondAttempt("stopped");
    }

    private void endsAtTheSecondAttempt(String fails) {
        leadership.connected(7, RUN, now);
        leadership.polled(new Poll(Lock.STANDBY, true, 9, 7, 2, 0, false), now);
        leadership.stop(now);
        effects.failOnce(fails);
        assertThatThrownBy(leadership::abandon).isInstanceOf(OutOfMemoryError.class);
        assertThat(effects.names()).doesNotContain("stopped");
        leadership.abandon();
        assertThat(effects.names()).containsOnlyOnce("stopped");
        assertThat(leadership.role()).isEqualTo(Role.STOPPED);
    }
}
