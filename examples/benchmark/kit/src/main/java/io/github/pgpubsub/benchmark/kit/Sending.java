package io.github.pgpubsub.benchmark.kit;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Sends at full speed for a fixed time. Counts only committed messages. */
final class Sending {

    private final Link link;
    private final List<String> channels;
    private final Payloads payloads;
    private final AtomicLong number = new AtomicLong();
    private final AtomicLong committed = new AtomicLong();

    Sending(Link link, List<String> channels, int size) {
        this.link = link;
        this.channels = channels;
        this.payloads = new Payloads(size);
    }

    /** Sends from several threads; each waits for the commit before it sends again. */
    Line blocking(int senders, long millis) throws Exception {
        FirstMessages.sendOne(link, channels.get(0), payloads);
        long cpu = Cost.cpuNanos();
        long start = new Crew(senders, "sender").work(sender -> new Crew.Member() {

            @Override
            public void prepare() throws Exception {
                FirstMessages.sendOne(link, channels.get(0), payloads);
            }

            @Override
            public void work(long start) throws Exception {
                long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
                long mine = 0;
                while (System.nanoTime() < end) {
                    long next = number.getAndIncrement();
                    link.send(channel(next), payloads.payload(0, next));
                    mine++;
                }
                committed.addAndGet(mine);
            }
        });
        return answer(start, cpu);
    }

    /** Sends from one thread, which waits only if too many messages are not committed yet. */
    Line asynchronous(long millis) throws Exception {
        InFlight inFlight = new InFlight();
        for (String channel : channels) {
            inFlight.send(link, channel, payloads.payload(0, number.getAndIncrement()));
        }
        link.flush();
        inFlight.awaitAll();
        long cpu = Cost.cpuNanos();
        long start = System.nanoTime();
        long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            long next = number.getAndIncrement();
            inFlight.send(link, channel(next), payloads.payload(0, next));
            committed.incrementAndGet();
        }
        link.flush();
        inFlight.awaitAll();
        return answer(start, cpu);
    }

    private Line answer(long start, long cpu) {
        return Line.ok().with("sent", committed.get()).with("nanos", System.nanoTime() - start).with("cpu",
                Cost.cpuNanos() - cpu);
    }

    private String channel(long next) {
        return channels.get((int) (next % channels.size()));
    }
}
