package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A number of messages from end to end: sent as fast as it goes, while the same process receives them. */
final class Flow implements Consumer<String> {

    private static final long STAMPED = 1;

    private final long count;
    private final Payloads payloads;
    private final AtomicLong number = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch complete = new CountDownLatch(1);
    private volatile long lastAt;
    private volatile long cpuAtLast;

    Flow(long count, int size) {
        this.count = count;
        this.payloads = new Payloads(size);
    }

    @Override
    public void accept(String payload) {
        if (Payloads.stamp(payload) == FirstMessages.NO_TIME) {
            first.countDown();
        } else if (received.incrementAndGet() == count) {
            lastAt = System.nanoTime();
            cpuAtLast = Cost.cpuNanos();
            complete.countDown();
        }
    }

    /** @param senders 0: asynchronously */
    Line run(Link link, String channel, int senders, long millis) throws Exception {
        if (senders == 0) {
            firstOf(link, channel);
        } else {
            FirstMessages.sendOne(link, channel, payloads);
        }
        if (!first.await(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the first message did not arrive");
        }
        long cpu = Cost.cpuNanos();
        long start = senders == 0 ? asynchronously(link, channel) : blocking(link, channel, senders);
        if (!complete.await(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("%d of %d messages arrived".formatted(received.get(), count));
        }
        return Line.ok().with("received", received.get()).with("nanos", lastAt - start).with("cpu", cpuAtLast - cpu);
    }

    private void firstOf(Link link, String channel) throws Exception {
        InFlight inFlight = new InFlight();
        inFlight.send(link, channel, payloads.payload(FirstMessages.NO_TIME, 0));
        link.flush();
        inFlight.awaitAll();
    }

    private long asynchronously(Link link, String channel) throws Exception {
        InFlight inFlight = new InFlight();
        long start = System.nanoTime();
        for (long i = 0; i < count; i++) {
            inFlight.send(link, channel, payloads.payload(STAMPED, i));
        }
        link.flush();
        inFlight.awaitAll();
        return start;
    }

    private long blocking(Link link, String channel, int senders) throws Exception {
        return new Crew(senders, "sender").work(sender -> new Crew.Member() {

            @Override
            public void prepare() throws Exception {
                FirstMessages.sendOne(link, channel, payloads);
            }

            @Override
            public void work(long start) throws Exception {
                for (long next = number.getAndIncrement(); next < count; next = number.getAndIncrement()) {
                    link.send(channel, payloads.payload(STAMPED, next));
                }
            }
        });
    }
}
