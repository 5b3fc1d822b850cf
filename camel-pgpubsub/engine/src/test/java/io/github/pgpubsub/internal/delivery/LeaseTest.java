package io.github.pgpubsub.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Lease lease = Lease.of(4 * MINUTE);

    @Test
    void aLeaderBeginsOnlyWithAPulseWithinItsGrace() {
        lease.renew(System.nanoTime(), MINUTE);
        lease.pulse(System.nanoTime() - 2 * MINUTE);
        assertThat(lease.isValid()).isFalse();
        assertThat(lease.isHeld()).isTrue();

        lease.pulse(System.nanoTime());
        assertThat(lease.isValid()).isTrue();
    }

    @Test
    void aLeaderBeginsOnlyWithinHalfTheTimeInWhichOthersDeposeIt() {
        lease.renew(System.nanoTime() - 3 * MINUTE, MINUTE);
        lease.pulse(System.nanoTime());
        assertThat(lease.isValid()).isFalse();

        lease.lift();
        assertThat(lease.isValid()).isTrue();

        lease.impose();
        assertThat(lease.isValid()).isFalse();
    }

    @Test
    void whoAsksWithAnOldPulseWantsANewOne() {
        lease.renew(System.nanoTime(), 3 * MINUTE);
        lease.pulse(System.nanoTime() - 2 * MINUTE);
        assertThat(lease.isPulseWanted()).as("nobody has asked").isFalse();

        assertThat(lease.isValid()).isTrue();
        assertThat(lease.isPulseWanted()).isTrue();

        lease.pulse(System.nanoTime());
        assertThat(lease.isValid()).isTrue();
        assertThat(lease.isPulseWanted()).as("the pulse is young").isFalse();
    }

    @Test
    void aLeaderThatNobodyDeposesNeedsAPulseOnly() {
        Lease undeposed = Lease.of(0);
        undeposed.pulse(System.nanoTime());
        assertThat(undeposed.isValid()).isTrue();
    }
}
