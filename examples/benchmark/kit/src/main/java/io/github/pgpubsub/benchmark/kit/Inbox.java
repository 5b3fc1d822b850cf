package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Counts the messages of a backlog, and reports when the last one arrived. The backlog's sender reports the time of the commit.
 * (The first message's arrival can't be used as the start, because some peers read all available messages before they deliver
 * any.)
 */
final class Inbox implements Consumer<String> {

    private final long expected;
    private final AtomicLong received = new AtomicLong();
    private final CountDownLatch complete = new CountDownLatch(1);
    private volatile long cpuBefore;
    private volatile long cpuAtLast;
    private volatile long lastAt;

    Inbox(long expected) {
        this.expected = expected;
        countCostFromNow();
    }

    void countCostFromNow() {
        cpuBefore = Cost.cpuNanos();
    }

    @Override
    public void accept(String payload) {
        if (received.incrementAndGet() == expected) {
            lastAt = System.nanoTime();
            cpuAtLast = Cost.cpuNanos();
            complete.countDown();
        }
    }

    Line await(long millis) throws InterruptedException {
        if (!complete.await(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("%d of %d messages arrived within %d s"
                    .formatted(received.get(), expected, TimeUnit.MILLISECONDS.toSeconds(millis)));
        }
        return Line.ok().with("received", received.get()).with("last", lastAt).with("cpu", cpuAtLast - cpuBefore);
    }
}
