package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one subscription: take messages from a queue and call the handler. Whatever that or the VM throws, or leaves
 * behind as an interrupt, they go on until they are told to leave: nobody would replace them.
 */
public final class Workers {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    /** A thread that the VM has failed outside of the handler takes a breath: what lacks may be memory. */
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Grace period for threads that have nothing left to handle, to exit. */
    public static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DeliveryQueue queue;
    private final MessageHandler handler;
    private final SubscriptionListener listener;
    private final Counters counters;
    private final String channel;
    private final Supplier<Thread> maker;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger atWork = new AtomicInteger();
    private volatile boolean started;
    private volatile boolean leaving;
    /** Made once: to wait for a message must not take memory. */
    @SuppressWarnings("UnnecessaryLambda")
    private final BooleanSupplier leaves = () -> leaving;

    /**
     * @param name        of the threads
     * @param threadMaker makes a thread, not started, from a name and a task
     */
    public Workers(DeliveryQueue queue, MessageHandler handler, SubscriptionListener listener, Counters counters,
            SubscriptionOptions options, String name, BiFunction<String, Runnable, Thread> threadMaker) {
        this.queue = queue;
        this.handler = handler;
        this.listener = listener;
        this.counters = counters;
        this.channel = options.channel();
        this.maker = () -> threadMaker.apply(name, this::work);
        for (int i = 0; i < options.concurrency(); i++) {
            threads.add(maker.get());
        }
    }

    /** @throws OutOfMemoryError when there are no more threads to be had; those that were have been told to leave */
    public void start() {
        try {
            threads.forEach(Thread::start);
            started = true;
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    /** Whether a thread has come to take messages, and still does. One that has only been started may end before it gets there. */
    public boolean isAlive() {
        return atWork.get() > 0;
    }

    /** Whether nobody is there although nobody was told to leave. */
    public boolean isDeserted() {
        return started && !leaving && !isAlive();
    }

    /**
     * A thread that has ended although nobody told it to is made anew: there are places where what the VM throws can't be caught,
     * and threads are made by code of the user's.
     */
    public void replaceTheDead() {
        if (!started || leaving) {
            return;
        }
        for (int i = 0; i < threads.size(); i++) {
            if (!threads.get(i).isAlive()) {
                replace(i);
            }
        }
    }

    private void replace(int number) {
        try {
            Thread successor = maker.get();
            threads.set(number, successor);
            successor.start();
            LOG.warn("Channel {}: a thread that takes messages had ended; another goes on", channel);
        } catch (Throwable e) {
            complain("A thread that takes messages has ended, and none can be had in its place", e);
        }
    }

    public boolean isOwnThread() {
        return threads.contains(Thread.currentThread());
    }

    /** Each finishes what it has begun and takes no more. */
    public void leave() {
        leaving = true;
        queue.wakeTakers();
    }

    /**
     * Waits for all of them, and interrupts those that have not finished in time. Called by one of them, it does not wait for
     * that one.
     */
    public void join(long longestNanos) throws InterruptedException {
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
        atWork.incrementAndGet();
        try {
            takeUntilToldToLeave();
        } finally {
            atWork.decrementAndGet();
        }
    }

    private void takeUntilToldToLeave() {
        while (true) {
            try {
                Entry<Notification> entry = queue.take(leaves);
                if (entry == null) {
                    return;
                }
                handle(entry);
            } catch (InterruptedException e) {
                // Left behind by the handler, or meant for a message that has ended meanwhile: to leave, they are told.
                // Logging it could fail, and nothing here would catch that.
            } catch (Throwable e) {
                complain("A thread that takes messages has failed, and goes on", e);
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    private void handle(Entry<Notification> entry) {
        try {
            count(entry);
            handler.handle(message(entry));
        } catch (Throwable e) {
            report(e);
        } finally {
            // What the handler leaves behind is not meant for the next message.
            Thread.interrupted();
            done(entry);
        }
    }

    private Message message(Entry<Notification> entry) {
        Entry.Gap gap = entry.gap();
        if (gap != null) {
            return new Message.Gap(channel, Duration.ofMillis(gap.millis()), gap.first());
        }
        Notification notification = entry.message();
        assert notification != null;
        return new Message.Notification(channel, notification.payload(), notification.backend(), entry.id(), entry.redelivered());
    }

    /** To wait for the queue's lock takes memory, and a message that is never done would hold up the end and every report. */
    private void done(Entry<Notification> entry) {
        while (true) {
            try {
                queue.done(entry);
                return;
            } catch (Throwable e) {
                complain("A message could not be told to be done; trying again", e);
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    private void report(Throwable failure) {
        try {
            listener.failed(failure instanceof Exception e ? e : new ExecutionException(failure));
        } catch (Throwable e) {
            complain("A failure could not be reported", e);
        }
    }

    private void complain(String what, Throwable failure) {
        try {
            LOG.error("Channel {}: {}", channel, what, failure);
        } catch (Throwable e) {
            // There is nobody left to tell.
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
