package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.work.Crew;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of one subscription: threads of the client's pool that take messages from a queue and call the handler while there are
 * messages. They continue after any exception of the handler or the VM and any stray interrupt, until they are told to leave.
 */
public final class Workers {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    /** Pause of a thread after a failure outside of the handler, because memory may be lacking. */
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Grace period for workers to leave. */
    public static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DeliveryQueue queue;
    private final Recipient recipient;
    private final SubscriptionListener listener;
    private final Counters counters;
    private final String channel;
    private final Crew crew;

    public Workers(DeliveryQueue queue, Recipient recipient, SubscriptionListener listener, Counters counters,
            SubscriptionOptions options, WorkerPool pool) {
        this.queue = queue;
        this.recipient = recipient;
        this.listener = listener;
        this.counters = counters;
        this.channel = options.channel();
        this.crew = new Crew(pool, "Channel " + channel, options.concurrency(), this::next);
    }

    /** @throws OutOfMemoryError when the pool has no thread and can't create one; then the workers have left */
    public void start() {
        crew.open();
        try {
            queue.callFor(crew);
        } catch (Throwable e) {
            crew.leave();
            throw e;
        }
    }

    /** Starts in place of other workers. If there is no thread and none can be created now, see {@link #replaceEndedThreads}. */
    public void succeed() {
        crew.openSomehow();
        try {
            queue.callFor(crew);
        } catch (Throwable e) {
            Survival.complain("Channel {}: The workers can't be called now; trying again soon", channel, e, LOG);
        }
    }

    /** Whether a thread handles a message, or would do so at once if there was one. */
    public boolean isAlive() {
        return crew.isAlive();
    }

    /**
     * Whether no thread can be had although the workers were not told to leave. A pool's first thread counts from its start on, or else a
     * member on a busy machine would not try to lead until it runs. After a failure a thread counts when it looks for work.
     */
    public boolean isDeserted() {
        return crew.isDeserted();
    }

    /**
     * Replaces threads of the pool that have ended without being told to: an error of the VM can't be caught everywhere, and user code
     * creates the threads. Tries again if none could be created, and calls the workers again, in case a call had no memory.
     */
    public void replaceEndedThreads() {
        if (!crew.isLeaving()) {
            crew.replaceEndedThreads();
            queue.callFor(crew);
        }
    }

    /** Whether the calling thread handles a message of this subscription. */
    public boolean isOwnThread() {
        return crew.isOwnThread();
    }

    /** Tells the workers to leave: each finishes the message that it has begun, and takes no more. */
    public void leave() {
        crew.leave();
        queue.callNoMore(crew);
    }

    /**
     * Waits until the workers have left, and interrupts those that have not in time. A thread of this subscription does not wait for
     * itself.
     */
    public void join(long longestNanos) throws InterruptedException {
        if (!crew.awaitLeft(longestNanos)) {
            LOG.warn("Channel {}: a message is not finished in time; interrupting its thread", channel);
            crew.interrupt();
        }
    }

    private boolean next() {
        List<Entry<Notification>> batch = queue.take(recipient.limit());
        if (batch == null) {
            return false;
        }
        handle(batch);
        return true;
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
                Survival.complain("Channel {}: A message could not be marked as done; trying again", channel, e, LOG);
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    private void report(Throwable failure) {
        try {
            listener.failed(failure instanceof Exception e ? e : new ExecutionException(failure));
        } catch (Throwable e) {
            Survival.complain("Channel {}: A failure could not be reported", channel, e, LOG);
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
