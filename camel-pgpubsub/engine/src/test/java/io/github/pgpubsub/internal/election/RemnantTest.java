package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.BufferLimit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Messages taken in before a break, and whether they may be delivered afterwards. */
class RemnantTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final ServerRun BEFORE = new ServerRun("before", 3600 * SECOND);
    private static final ServerRun AFTER = new ServerRun("after", 2 * SECOND);
    private static final List<Entry<String>> QUEUE = List.of(Entry.message(7, "taken in".repeat(4096), null));

    private final BufferLimit memory = new BufferLimit(1000);
    private final Remnant<String> remnant = new Remnant<>(new Entries<>(memory, String::length));

    private void breaks(boolean led, boolean shared, long foundAfter) {
        remnant.lost(BEFORE, 101);
        remnant.keep(QUEUE, led, shared, 0, foundAfter);
        remnant.brokenAt(foundAfter);
    }

    @Test
    void aLeaderWithoutAStandbyGoesOnHoweverLate() {
        breaks(true, false, 8 * SECOND);

        assertThat(remnant.isResumable(BEFORE, 3600 * SECOND, 3600 * SECOND)).isTrue();
    }

    @Test
    void aLeaderWithAStandbyGoesOnAtOnceOrNotAtAll() {
        breaks(true, true, 0);

        assertThat(remnant.isResumable(BEFORE, SECOND, 2 * SECOND)).isTrue();
        assertThat(remnant.isResumable(BEFORE, SECOND, 24 * SECOND)).isFalse();
    }

    @Test
    void theFormerSessionStillHoldsTheLockSoNobodyHasLed() {
        breaks(true, true, 8 * SECOND);

        assertThat(remnant.isFormer(101, BEFORE)).isTrue();
        remnant.certain();

        assertThat(remnant.isResumable(BEFORE, 30 * SECOND, 30 * SECOND)).isTrue();
    }

    @Test
    void afterARestartNumbersOfBackendsMeanNothing() {
        breaks(true, true, 0);

        assertThat(remnant.isFormer(101, AFTER)).isFalse();
    }

    @Test
    void afterARestartWhoeverIsBackSoonGoesOn() {
        breaks(false, true, SECOND / 10);

        assertThat(remnant.isResumable(AFTER, 30 * SECOND, 31 * SECOND)).isTrue();
        assertThat(remnant.isResumable(new ServerRun("after", 61 * SECOND), 30 * SECOND, 31 * SECOND)).isFalse();
    }

    @Test
    void aRestartDoesNotExcuseWhatHappenedWhileItWasCutOff() {
        breaks(true, true, 8 * SECOND);

        assertThat(remnant.isResumable(AFTER, 30 * SECOND, 31 * SECOND)).isFalse();
    }

    @Test
    void aStandbyOnTheSameServerLeavesItToTheLeader() {
        breaks(false, true, 0);

        assertThat(remnant.isResumable(BEFORE, SECOND, SECOND)).isFalse();
    }

    @Test
    void theFirstBreakCountsUntilSomebodyVouchesAgain() {
        remnant.brokenAt(5);
        remnant.brokenAt(9);
        assertThat(remnant.brokenAt()).isEqualTo(5);

        remnant.forget();
        assertThat(remnant.brokenAt()).isEqualTo(Leadership.NEVER);
    }

    @Test
    void whatIsDroppedGivesItsMemoryBack() {
        breaks(true, true, 0);
        assertThat(memory.held()).isPositive();

        remnant.drop();

        assertThat(remnant.isEmpty()).isTrue();
        assertThat(memory.held()).isZero();
    }

    @Test
    void aFormerSessionIsEndedOnce() {
        breaks(true, true, 0);

        assertThat(remnant.isToBeEnded()).isTrue();
        assertThat(remnant.isToBeEnded()).isFalse();
    }
}
