package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Measures the time from a message's planned sending to its arrival in the same process. */
final class Latency implements Consumer<String> {

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** A sender that can't keep the pace stops after this multiple of the planned time. */
    private static final int PATIENCE = 3;

    private final Histogram nanos = new ConcurrentHistogram(LONGEST_NANOS, 3);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong firstReceived = new AtomicLong();

    @Override
    public void accept(String payload) {
        long now = System.nanoTime();
        long due = Payloads.stamp(payload);
        if (due == FirstMessages.NO_TIME) {
            firstReceived.incrementAndGet();
        } else {
            nanos.recordValue(Math.max(0, Math.min(LONGEST_NANOS, now - due)));
            received.incrementAndGet();
        }
    }

    Line run(Link link, String channel, long ratePerSecond, int senders, long millis, int size) throws Exception {
        Payloads payloads = new Payloads(size);
        long messages = Math.max(1, ratePerSecond * millis / 1000 / senders);
        FirstMessages.sendOne(link, channel, payloads);
        await(firstReceived, 1);
        new Crew(senders, "sender").work(sender -> new Crew.Member() {

            @Override
            public void prepare() throws Exception {
                FirstMessages.sendOne(link, channel, payloads);
                await(firstReceived, 1 + senders);
            }

            @Override
            public void work(long start) throws Exception {
                Pace pace = new Pace(start, ratePerSecond, senders);
                long latest = start + PATIENCE * TimeUnit.MILLISECONDS.toNanos(millis);
                for (long i = 0; i < messages && System.nanoTime() < latest; i++) {
                    long due = pace.await(sender, i);
                    link.send(channel, payloads.payload(due, i * senders + sender));
                    sent.incrementAndGet();
                }
            }
        });
        await(received, sent.get());
        return Line.ok().with("sent", sent.get()).with("received", received.get()).with("histogram", Histograms.toText(nanos));
    }

    private static void await(AtomicLong arrived, long expected) {
        long end = System.nanoTime() + DRAIN_NANOS;
        while (arrived.get() < expected) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("%d of %d messages arrived".formatted(arrived.get(), expected));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
