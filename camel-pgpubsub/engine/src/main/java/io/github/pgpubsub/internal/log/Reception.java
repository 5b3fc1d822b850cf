package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Receives the kept messages of a channel for a group while this process leads it: from start to end. Any thread may call the methods, but
 * no worker may call {@link #close}.
 */
public final class Reception implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(10);
    /** How long the reading thread may take for the last acknowledgement, or to notice that there is nothing to give back. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final LogReader host;
    private final Lead lead;
    private final KeptHandler handler;
    private final Duration drainTimeout;
    private final WorkQueue queue;
    private final GroupReader group;
    private final List<Thread> workers = new ArrayList<>();

    /**
     * @param lead         started and closed by this object
     * @param concurrency  number of workers, 1 or more; more than one gives up the order
     * @param drainTimeout how long {@link #close} waits for the messages that workers have begun
     * @param threads      creates an unstarted thread from its purpose and a task
     */
    public Reception(LogReader host, Shard group, ReadOptions options, Lead lead, KeptHandler handler, int concurrency,
            Duration drainTimeout, BiFunction<String, Runnable, Thread> threads) {
        this.host = host;
        this.lead = lead;
        this.handler = handler;
        this.drainTimeout = drainTimeout;
        this.queue = new WorkQueue(lead::mayProcess);
        this.group = new GroupReader(host, group, options, lead, handler, queue);
        for (int i = 0; i < concurrency; i++) {
            workers.add(threads.apply("kept " + group.channel(), this::work));
        }
    }

    /**
     * Gives the group its place, unless it has one, and joins its election. Waits for both, at most 10 s for the place; then attempts
     * continue in the background.
     *
     * @throws SQLException when the server refuses user, password or database
     */
    public void start() throws SQLException, InterruptedException {
        host.post(() -> host.add(group));
        boolean unused = await(group.whenJoined(), START);
        workers.forEach(Thread::start);
        lead.start();
    }

    // ---- workers

    private void work() {
        try {
            for (Delivery<KeptRow> delivery = queue.take(); delivery != null; delivery = queue.take()) {
                Delivery<KeptRow> begun = delivery;
                String error = handle(begun);
                if (error == null) {
                    group.postCompleted(begun);
                } else {
                    awaitFailed(begun, error);
                }
            }
        } catch (InterruptedException e) {
            // The end: close() has given up waiting.
            Thread.currentThread().interrupt();
        }
    }

    /** Null: it succeeded. */
    private @Nullable String handle(Delivery<KeptRow> delivery) throws InterruptedException {
        try {
            Page.Row<KeptRow> row = delivery.row();
            if (row == null) {
                handler.gap(delivery.missed());
            } else {
                handler.handle(
                        new KeptMessage(row.id(), row.message(), delivery.isRedelivered(), delivery.fence().epoch()));
            }
            return null;
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            // Whatever a handler throws, the message has failed, and this thread has more to do.
            return e.toString();
        }
    }

    /** The next message may have to come behind this one, so the worker begins none before the reader knows. */
    private void awaitFailed(Delivery<KeptRow> delivery, String error) throws InterruptedException {
        CountDownLatch known = new CountDownLatch(1);
        host.post(() -> {
            try {
                group.failed(delivery, error);
            } finally {
                known.countDown();
            }
        });
        known.await();
    }

    // ---- the end

    /**
     * Ends the subscription in an orderly way: begins no further message, waits for those that workers have begun, at most for the drain
     * timeout, moves the place to exactly what is complete, and gives back the lead.
     */
    @Override
    public void close() {
        boolean interrupted = false;
        try {
            host.post(group::stop);
            if (!await(group.whenStopped(), drainTimeout)) {
                host.post(group::giveUp);
                boolean unused = await(group.whenStopped(), FAREWELL);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            host.post(group::giveUp);
        }
        queue.close();
        workers.forEach(Thread::interrupt);
        // Behind the last requests, which give back what writers should not see any more.
        host.post(() -> host.remove(group));
        lead.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** False: the time is up. */
    private static boolean await(CompletableFuture<Void> event, Duration longest) throws InterruptedException {
        try {
            event.get(longest.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("It never completes exceptionally", e);
        }
    }
}
