package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a read waits, and what it proves. */
class ReadingTest {

    private static final long MILLI = Duration.ofMillis(1).toNanos();
    private static final int FEW = 999;
    private static final int FEW_BYTES = 64 * 1024 - 1;

    private final Reading reading = new Reading();
    private final long begin = System.nanoTime();

    @Test
    void aReadIsShortWhileSomethingIsAskedAndLongAfterASecondOfNothing() {
        reading.busy(begin);
        assertThat(reading.waitMillis(begin + 49 * MILLI, begin)).isEqualTo(2);
        assertThat(reading.waitMillis(begin + 51 * MILLI, begin)).isEqualTo(10);
        assertThat(reading.waitMillis(begin + 1049 * MILLI, begin)).isEqualTo(10);
        assertThat(reading.waitMillis(begin + 1051 * MILLI, begin)).isEqualTo(40);
        assertThat(reading.waitMillis(begin + 1051 * MILLI, begin + 900 * MILLI)).isEqualTo(10);
    }

    @Test
    void aReadThatBringsMuchLeavesMoreBehind() {
        reading.brought(FEW, FEW_BYTES);
        assertThat(reading.isBehind()).isFalse();
        reading.brought(FEW + 1, 0);
        assertThat(reading.isBehind()).isTrue();
        reading.brought(1, FEW_BYTES + 1);
        assertThat(reading.isBehind()).isTrue();
        reading.brought(0, 0);
        assertThat(reading.isBehind()).isFalse();
    }

    @Test
    void allIsHandedOnUpToTheLastReadThatLeftNothingBehind() {
        reading.begin(begin);
        reading.beginRead(begin + 1);
        reading.brought(FEW, 0);
        reading.handedOn();
        assertThat(reading.caughtUpAt()).isEqualTo(begin + 1);

        reading.beginRead(begin + 2);
        reading.brought(FEW + 1, 0);
        reading.handedOn();
        assertThat(reading.caughtUpAt()).isEqualTo(begin + 1);
        assertThat(reading.readAt()).isEqualTo(begin + 2);

        reading.beginRead(begin + 3);
        reading.brought(0, 0);
        reading.handedOn();
        assertThat(reading.caughtUpAt()).isEqualTo(begin + 3);
    }

    /** Silence may mean that the connection is dead, and a stall that much is unread. */
    @Test
    void whatHasSurelyBeenReceivedEndsWithTheServersLastSignOfLifeOrWithAStall() {
        reading.begin(begin);
        reading.beginRead(begin + 5);
        reading.brought(0, 0);
        reading.handedOn();
        assertThat(reading.receivedUpTo(begin + 2)).isEqualTo(begin + 2);
        assertThat(reading.receivedUpTo(begin + 9)).isEqualTo(begin + 5);
    }
}
