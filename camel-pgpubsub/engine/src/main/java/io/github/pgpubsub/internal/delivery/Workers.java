package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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
 * The threads of one subscription: they take messages from a queue and call the handler. They survive any exception of the handler or
 * the VM and any stray interrupt, because nothing replaces them at once, and run until they are told to leave.
 */
public final class Workers {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    /** Pause of a thread after a failure outside of the handler, because memory may be lacking. */
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Grace period for worker threads to exit. */
    public static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DeliveryQueue queue;
    private final Recipient recipient;
    private final SubscriptionListener listener;
    private final Counters counters;
    private final String channel;
    private final Supplier<Thread> maker;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger atWork = new AtomicInteger();
    private volatile boolean started;
    /** Whether a thread has ended and a successor was wanted. */
    private volatile boolean replaced;
    private volatile boolean leaving;
    /** Created once, because waiting for a message must not need memory. */
    @SuppressWarnings("UnnecessaryLambda")
    private final BooleanSupplier leaves = () -> leaving;

    /**
     * @param name        name of the threads
     * @param threadMaker creates an unstarted thread from a name and a task
     */
    public Workers(DeliveryQueue queue, Recipient recipient, SubscriptionListener listener, Counters counters,
            SubscriptionOptions options, String name, BiFunction<String, Runnable, Thread> threadMaker) {
        this.queue = queue;
        this.recipient = recipient;
        this.listener = listener;
        this.counters = counters;
        this.channel = options.channel();
        this.maker = () -> threadMaker.apply(name, this::work);
        for (int i = 0; i < options.concurrency(); i++) {
            threads.add(maker.get());
        }
    }

    /** @throws OutOfMemoryError when no more threads can be created; the threads already started are told to leave */
    public void start() {
        try {
            threads.forEach(Thread::start);
            started = true;
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    /** Starts in place of other workers. A thread that can't be started now counts as ended, see {@link #replaceEndedThreads}. */
    public void succeed() {
        started = true;
        for (Thread thread : threads) {
            try {
                thread.start();
            } catch (Throwable e) {
                complain("A thread that is to handle messages can't be started now", e);
            }
        }
    }

    /** Whether at least one thread takes messages. A thread that was started may end before it gets there, so it does not count yet. */
    public boolean isAlive() {
        return atWork.get() > 0;
    }

    /**
     * Whether no thread is left although none was told to leave. The first threads count from their start on, or else a member on a busy
     * machine would not try to lead until they run. A successor counts when it takes messages: its predecessor could not.
     */
    public boolean isDeserted() {
        return started && !leaving && !isAlive() && (replaced || threads.stream().noneMatch(Thread::isAlive));
    }

    /**
     * Replaces threads that have ended without being told to: an error of the VM can't be caught everywhere, and user code creates the
     * threads.
     */
    public void replaceEndedThreads() {
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
        replaced = true;
        try {
            Thread successor = maker.get();
            threads.set(number, successor);
            successor.start();
            LOG.warn("Channel {}: a thread that handles messages had ended and was replaced", channel);
        } catch (Throwable e) {
            complain("A thread that handles messages has ended and can't be replaced now", e);
        }
    }

    public boolean isOwnThread() {
        return threads.contains(Thread.currentThread());
    }

    /** Tells the threads to leave: each finishes the message that it has begun, and takes no more. */
    public void leave() {
        leaving = true;
        queue.wakeTakers();
    }

    /**
     * Waits until the threads have ended, and interrupts those that have not in time. A thread of this subscription does not wait for
     * itself.
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
                List<Entry<Notification>> batch = queue.take(recipient.limit(), leaves);
                if (batch == null) {
                    return;
                }
                handle(batch);
            } catch (InterruptedException e) {
                // A stray interrupt of the handler, or one for a message that has ended meanwhile: leave() is the only way to end.
                // Not logged, because logging could fail, and nothing here would catch that.
            } catch (Throwable e) {
                complain("A thread that handles messages has failed and continues", e);
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    private void handle(List<Entry<Notification>> batch) {
        try {
            batch.forEach(this::count);
            Entry.Gap gap = batch.get(0).gap();
            if (gap == null) {
                recipient.handler().handle(messages(batch));
            } else {
                recipient.handler().gap(new Message.Gap(channel, Duration.ofMillis(gap.millis()), gap.first()));
            }
        } catch (Throwable e) {
            report(e);
        } finally {
            // An interrupt flag that the handler leaves behind is not meant for the next message.
            Thread.interrupted();
            done(batch);
        }
    }

    private List<Message.Notification> messages(List<Entry<Notification>> batch) {
        if (batch.size() == 1) {
            return List.of(message(batch.get(0)));
        }
        List<Message.Notification> messages = new ArrayList<>(batch.size());
        for (Entry<Notification> entry : batch) {
            messages.add(message(entry));
        }
        return Collections.unmodifiableList(messages);
    }

    private Message.Notification message(Entry<Notification> entry) {
        Notification notification = entry.message();
        assert notification != null;
        return new Message.Notification(channel, notification.payload(), notification.backend(), entry.id(), entry.redelivered());
    }

    /** Repeats until it succeeds: waiting for the queue's lock needs memory, and without this call the end and all reports would wait. */
    private void done(List<Entry<Notification>> batch) {
        while (true) {
            try {
                queue.done(batch);
                return;
            } catch (Throwable e) {
                complain("A message could not be marked as done; trying again", e);
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
            // Logging failed, and there is nowhere else to report it.
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
