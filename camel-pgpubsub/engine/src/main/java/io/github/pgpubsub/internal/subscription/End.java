package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.Survival;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a subscription: it happens once, however many threads ask for it, and on a thread of its own, because it waits for
 * messages that may in turn wait for the thread that asks. It may begin with a grace, in which it can be revoked: the handler gets no
 * further messages, and arriving messages are still taken in. Thread-safe.
 */
public final class End {

    private static final Logger LOG = LoggerFactory.getLogger(End.class);

    /** Interval at which the grace checks whether all messages that had begun are finished. */
    private static final long CHECK_MILLIS = 5;

    private enum State { NOT_ASKED_FOR, GRACE, BEGUN }

    private final String name;
    private final BiFunction<String, Runnable, Thread> threads;
    private final Consumer<Boolean> hold;
    private final BooleanSupplier isAnyBegun;
    private final Runnable task;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private State state = State.NOT_ASKED_FOR;
    /** Whether this end holds messages back: another end at the same queue must not let them begin. */
    private boolean holds;
    /** Number of the latest request, so that a thread can tell whether its own was revoked. */
    private long asked;

    /**
     * @param hold       holds back messages that have not begun, or no longer
     * @param isAnyBegun whether a message is being handled
     * @param task       does the work of the end; may block; called once
     */
    public End(String name, BiFunction<String, Runnable, Thread> threads, Consumer<Boolean> hold, BooleanSupplier isAnyBegun,
            Runnable task) {
        this.name = name;
        this.threads = threads;
        this.hold = hold;
        this.isAnyBegun = isAnyBegun;
        this.task = task;
    }

    /** Begins the end: after a grace in nanoseconds, or earlier as soon as no message is being handled. */
    public CompletableFuture<Void> begin(long grace) {
        long number;
        synchronized (this) {
            if (state == State.BEGUN || (state == State.GRACE && grace > 0)) {
                return done;
            } else if (state == State.GRACE) {
                state = State.BEGUN;
                notifyAll();
                return done;
            }
            if (grace > 0) {
                // First: if memory is lacking for this, nothing has begun.
                hold.accept(true);
                holds = true;
            }
            state = grace > 0 ? State.GRACE : State.BEGUN;
            number = ++asked;
        }
        try {
            threads.apply(name, () -> run(number, grace)).start();
        } catch (Throwable e) {
            Survival.complain("No thread can be created for {}, so the calling thread does its work", name, e, LOG);
            run(number, 0);
        }
        return done;
    }

    /** Revokes the end within its grace. False if it has begun, or if nobody has asked for it yet: then it may still be asked for. */
    public synchronized boolean takeBack() {
        if (state != State.GRACE) {
            return false;
        }
        letGo();
        state = State.NOT_ASKED_FOR;
        notifyAll();
        return true;
    }

    /** Waits until the subscription has ended. An interrupt does not end the wait; the interrupt status is kept. */
    public void await() {
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
        if (!beginsNow(number, grace)) {
            return;
        }
        try {
            task.run();
        } catch (Throwable e) {
            Survival.complain("{} has failed", name, e, LOG);
        } finally {
            done.complete(null);
        }
    }

    /** Goes on until there is memory for it: whoever waits for the end would wait for ever. */
    private boolean beginsNow(long number, long grace) {
        while (true) {
            try {
                boolean begins = beginsAfterGrace(number, grace);
                if (begins) {
                    letGo();
                }
                return begins;
            } catch (OutOfMemoryError e) {
                Survival.pause();
            }
        }
    }

    private synchronized void letGo() {
        if (holds) {
            hold.accept(false);
            holds = false;
        }
    }

    private synchronized boolean beginsAfterGrace(long number, long grace) {
        long end = System.nanoTime() + grace;
        while (asked == number && state == State.GRACE && end - System.nanoTime() > 0 && isAnyBegun.getAsBoolean()) {
            try {
                wait(CHECK_MILLIS);
            } catch (InterruptedException e) {
                // Nothing interrupts this thread on purpose.
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
