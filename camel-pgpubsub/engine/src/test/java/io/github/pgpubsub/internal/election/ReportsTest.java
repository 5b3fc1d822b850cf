package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When signs of life are due. */
class ReportsTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long INTERVAL = 5 * SECOND;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /** System.nanoTime begins anywhere. */
    @ParameterizedTest
    @ValueSource(longs = {0, 123_456_789, -123_456_789_012L, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1})
    void aSignIsDueWithinTheIntervalAndNotMuchEarlier(long begin) {
        assertThat(signAfter(begin, INTERVAL)).isBetween(INTERVAL - INTERVAL / 20, INTERVAL);
        long brief = 100 * MILLI / 6;
        assertThat(signAfter(begin, brief)).isBetween(brief - brief / 20 - 1, brief);
    }

    /** The server's answer to one of them serves all. */
    @Test
    void leadersOfAboutTheSameTimeGiveTheirSignsTogether() {
        long begin = 77 * INTERVAL;
        long due = begin + signAfter(begin, INTERVAL);
        for (long later = 0; later < 240; later += 40) {
            assertThat(begin + later * MILLI + signAfter(begin + later * MILLI, INTERVAL)).isEqualTo(due);
        }
    }

    /** Searches the first nanosecond. */
    private static long signAfter(long begin, long interval) {
        Reports reports = new Reports(interval, 1);
        reports.begin("takeover", begin);
        long early = 0;
        long late = 2 * interval;
        while (early < late) {
            long middle = (early + late) / 2;
            if (reports.isSignDue(begin + middle)) {
                late = middle;
            } else {
                early = middle + 1;
            }
        }
        return early;
    }
}
