package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a subscription ends: once, whoever asks and however often, and by a thread of its own, because it waits for messages
 * that may in turn wait for the one who asked. Before it begins there may be a time of grace in which it can be taken back:
 * the handler is given nothing more, and what comes is still taken in. Thread-safe.
 */
final class End {

    private static final Logger LOG = LoggerFactory.getLogger(End.class);

    /** How often it looks whether all that was begun is finished, during the grace. */
    private static final long LOOK_MILLIS = 5;

    private enum State { NOT_ASKED_FOR, GRACE, BEGUN }

    private final String name;
    private final BiFunction<String, Runnable, Thread> threads;
    private final DeliveryQueue queue;
    private final Runnable task;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private State state = State.NOT_ASKED_FOR;
    /** Counts what was asked for, so that a thread knows whether what it does has been taken back. */
    private long asked;

    /** @param task does it, may block, and is called once */
    End(String name, BiFunction<String, Runnable, Thread> threads, DeliveryQueue queue, Runnable task) {
        this.name = name;
        this.threads = threads;
        this.queue = queue;
        this.task = task;
    }

    /** Begins it, after a grace of so many nanoseconds or when nothing is being handled any more. */
    CompletableFuture<Void> begin(long grace) {
        long number;
        synchronized (this) {
            if (state == State.BEGUN || (state == State.GRACE && grace > 0)) {
                return done;
            } else if (state == State.GRACE) {
                state = State.BEGUN;
                notifyAll();
                return done;
            }
            state = grace > 0 ? State.GRACE : State.BEGUN;
            number = ++asked;
            queue.hold(grace > 0);
        }
        try {
            threads.apply(name, () -> run(number, grace)).start();
        } catch (Throwable e) {
            LOG.warn("There is no thread for the end of {}, so the caller waits for it", name, e);
            run(number, 0);
        }
        return done;
    }

    /** Whether it has not begun, or is in its grace and does not begin now. */
    synchronized boolean takeBack() {
        if (state == State.GRACE) {
            state = State.NOT_ASKED_FOR;
            queue.hold(false);
            notifyAll();
        }
        return state == State.NOT_ASKED_FOR;
    }

    /** Waits until it is done. An interrupt does not end the wait, and is kept. */
    void await() {
        boolean interrupted = false;
        while (true) {
            try {
                done.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(long number, long grace) {
        if (!isToBegin(number, grace)) {
            return;
        }
        queue.hold(false);
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("{} has failed", name, e);
        } finally {
            done.complete(null);
        }
    }

    private synchronized boolean isToBegin(long number, long grace) {
        long end = System.nanoTime() + grace;
        while (asked == number && state == State.GRACE && end - System.nanoTime() > 0 && queue.isAnyBegun()) {
            try {
                wait(LOOK_MILLIS);
            } catch (InterruptedException e) {
                // Nobody has a reason to.
                LOG.debug("{}: interrupted", name);
            }
        }
        if (asked != number || state == State.NOT_ASKED_FOR) {
            return false;
        }
        state = State.BEGUN;
        return true;
    }
}
