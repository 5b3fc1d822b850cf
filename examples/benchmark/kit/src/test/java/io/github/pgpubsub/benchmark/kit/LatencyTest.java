package io.github.pgpubsub.benchmark.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatencyTest {

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @Test
    void messagesThatHadToWaitForTheOneBeforeCountAsLate() throws Exception {
        Latency latency = new Latency();
        // 100 messages per second are due, and this link needs 20 ms for each: it falls behind by 10 ms with every message.
        Link slow = new Link() {
            @Override
            public void send(String channel, String payload) {
                long end = System.nanoTime() + SLOW_NANOS;
                while (System.nanoTime() < end) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
                latency.accept(payload);
            }

            @Override
            public void close() {
                // No connection is open.
            }
        };

        Line answer = latency.run(slow, "channel", 100, 1, 100, 100);

        Histogram nanos = Histograms.fromText(answer.text("histogram"));
        assertThat(nanos.getTotalCount()).as("without the first messages, which do not count").isEqualTo(10);
        assertThat(nanos.getMaxValue()).isGreaterThan(5 * SLOW_NANOS);
    }
}
