package io.github.pgpubsub;

import io.github.pgpubsub.lead.Entry;
import io.github.pgpubsub.session.Notification;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of one subscription: take messages from a queue and call the handler. */
final class Workers {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private final DeliveryQueue queue;
    private final MessageHandler handler;
    private final Counters counters;
    private final String channel;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean leaving;

    Workers(DeliveryQueue queue, MessageHandler handler, Counters counters, String channel, String name, int concurrency,
            BiFunction<String, Runnable, Thread> threadMaker) {
        this.queue = queue;
        this.handler = handler;
        this.counters = counters;
        this.channel = channel;
        for (int i = 0; i < concurrency; i++) {
            threads.add(threadMaker.apply(name, this::work));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    boolean isLeaving() {
        return leaving;
    }

    boolean isOwnThread() {
        return threads.contains(Thread.currentThread());
    }

    /** Each finishes what it has begun and takes no more. */
    void leave() {
        leaving = true;
        queue.wakeTakers();
    }

    /**
     * Waits for all of them, and interrupts those that have not finished in time. Called by one of them, it does not wait for
     * that one.
     */
    void join(long longestNanos) throws InterruptedException {
        long end = System.nanoTime() + longestNanos;
        for (Thread thread : threads) {
            if (thread != Thread.currentThread()) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
                if (thread.isAlive()) {
                    LOG.warn("Channel {}: {} does not finish its message in time; interrupting it", channel, thread.getName());
                    thread.interrupt();
                }
            }
        }
    }

    private void work() {
        try {
            for (var entry = queue.take(this); entry != null; entry = queue.take(this)) {
                count(entry);
                try {
                    handler.handle(Message.of(channel, entry));
                } catch (Exception e) {
                    handler.failed(e);
                } finally {
                    queue.done(entry);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void count(Entry<Notification> entry) {
        if (entry.gap() == null) {
            counters.received.increment();
            if (entry.redelivered()) {
                counters.redelivered.increment();
            }
        }
    }
}
