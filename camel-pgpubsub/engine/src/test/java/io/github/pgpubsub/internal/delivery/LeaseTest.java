package io.github.pgpubsub.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.session.Pulse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Pulse pulse = new Pulse();
    private final Lease lease = Lease.of(pulse, 4 * MINUTE);

    @Test
    void aLeaderBeginsOnlyWithAPulseWithinItsGrace() {
        lease.renew(System.nanoTime(), MINUTE);
        pulse.beat(System.nanoTime() - 2 * MINUTE);
        assertThat(lease.isValid()).isFalse();
        assertThat(lease.isHeld()).isTrue();

        pulse.beat(System.nanoTime());
        assertThat(lease.isValid()).isTrue();
    }

    @Test
    void aLeaderBeginsOnlyWithinHalfTheTimeInWhichOthersDeposeIt() {
        lease.renew(System.nanoTime() - 3 * MINUTE, MINUTE);
        pulse.beat(System.nanoTime());
        assertThat(lease.isValid()).isFalse();

        lease.lift();
        assertThat(lease.isValid()).isTrue();

        lease.impose();
        assertThat(lease.isValid()).isFalse();
    }

    @Test
    void whoAsksWithAnOldPulseWantsANewOne() {
        lease.renew(System.nanoTime(), 3 * MINUTE);
        pulse.beat(System.nanoTime() - 2 * MINUTE);
        assertThat(pulse.isWanted()).as("nobody has asked").isFalse();

        assertThat(lease.isValid()).isTrue();
        assertThat(pulse.isWanted()).isTrue();

        pulse.beat(System.nanoTime());
        assertThat(lease.isValid()).isTrue();
        assertThat(pulse.isWanted()).as("the pulse is young").isFalse();
    }

    @Test
    void nothingBeginsBeforeTheFirstPulse() {
        lease.renew(System.nanoTime(), MINUTE);
        assertThat(lease.isValid()).isFalse();
    }

    @Test
    void aLeaderThatNobodyDeposesNeedsAPulseOnly() {
        Lease undeposed = Lease.of(pulse, 0);
        pulse.beat(System.nanoTime());
        assertThat(undeposed.isValid()).isTrue();
    }
}
