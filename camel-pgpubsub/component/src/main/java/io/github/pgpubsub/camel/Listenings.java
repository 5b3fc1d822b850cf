package io.github.pgpubsub.camel;

import io.github.pgpubsub.Subscription;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer's subscriptions over time: the current one, and the former one, which has ended, is ending, or may still be resumed.
 *
 * <p>Route policies suspend and resume a consumer from within an exchange, on any thread that processes the exchange. The end
 * of a subscription waits for the exchanges in flight, so a call from within an exchange must not wait for the end: another
 * thread completes it, and Camel's shutdown strategy waits for the {@link #pending} messages. Thread-safe: begin, end and leave
 * decide under one lock and do the rest outside it; only a task that runs {@link #afterwards} holds it.
 */
final class Listenings {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    /** How long to wait without progress: an exchange that takes longer may itself wait for the caller. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_MILLIS = 10;
    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** Subscribes. May block. */
    @FunctionalInterface
    interface Opening {

        Listening open() throws Exception;
    }

    /** Work to do after the end of a subscription. */
    @FunctionalInterface
    interface Task {

        void run() throws Exception;
    }

    private final Opening opening;
    private final Exchanges exchanges;
    private final CamelContext context;
    private final String channel;
    private final Consumer<Exception> failures;
    private final Consumer<Exception> failedResumes;
    private volatile @Nullable Listening current;
    private volatile @Nullable Listening former;
    /** Since when the subscription that was left last misses messages, as System.nanoTime; null: none was left that had listened. */
    private volatile @Nullable Long leftAt;
    /** Counts the requests to begin or end, so that a late task can tell that a newer request has replaced it. */
    private long asked;
    /** The request that another thread is going to carry out, after the end of the former subscription; -1: none. */
    private long late = -1;

    /**
     * @param failures      gets the exceptions of tasks that run late, on other threads
     * @param failedResumes gets the exception of a resume that was asked for from within an exchange, whose caller can't be told any more
     */
    Listenings(Opening opening, Exchanges exchanges, CamelContext context, String channel, Consumer<Exception> failures,
            Consumer<Exception> failedResumes) {
        this.opening = opening;
        this.exchanges = exchanges;
        this.context = context;
        this.channel = channel;
        this.failures = failures;
        this.failedResumes = failedResumes;
    }

    /** Null while the consumer does not listen. */
    @Nullable
    Subscription subscription() {
        Listening now = current;
        return now == null ? null : now.subscription();
    }

    /** Number of messages that the former subscription has taken in and still has to process. */
    int pending() {
        Listening ending = former;
        return ending == null ? 0 : ending.pending(exchanges.inFlight());
    }

    private void leave(Listening left) {
        Long since = left.subscription().missesSince();
        if (since != null) {
            leftAt = since;
        }
    }

    /** Since when messages are missed, as System.nanoTime; null: no subscription that had listened has been left yet. */
    @Nullable
    Long leftAt() {
        return leftAt;
    }

    /** The end of the former subscription, which may still pass messages to the route. */
    CompletableFuture<Void> formerEnd() {
        Listening ending = former;
        return ending == null ? CompletableFuture.completedFuture(null) : ending.end(Duration.ZERO);
    }

    // ---- beginning

    /**
     * Revokes the former subscription's end if possible. Otherwise subscribes anew, a group's member after that end; what is received
     * meanwhile must wait for the {@link #formerEnd}. Does nothing if there is a current subscription, or soon will be.
     */
    void begin() throws Exception {
        Listening previous;
        long number;
        synchronized (this) {
            if (current != null || late == asked) {
                return;
            }
            number = ++asked;
            previous = former;
            if (previous != null && previous.goOn()) {
                current = previous;
                former = null;
                return;
            }
        }
        if (previous != null && !previous.end(Duration.ZERO).isDone() && isWithinAnExchange()) {
            // Waiting here would deadlock: the former subscription waits for this exchange.
            Thread resume = context.getExecutorServiceManager().newThread("pgpubsub resume", () -> beginLate(number));
            late(number);
            try {
                resume.start();
            } catch (Throwable e) {
                lateNoMore(number);
                throw e;
            }
        } else {
            begin(number);
        }
    }

    private void beginLate(long number) {
        try {
            begin(number);
        } catch (Exception e) {
            if (asked() == number) {
                failedResumes.accept(e);
            } else {
                failures.accept(e);
            }
        } finally {
            lateNoMore(number);
        }
    }

    private synchronized void late(long number) {
        late = number;
    }

    private synchronized void lateNoMore(long number) {
        if (late == number) {
            late = -1;
        }
    }

    private void begin(long number) throws Exception {
        if (asked() != number) {
            return;
        }
        Listening next = opening.open();
        synchronized (this) {
            if (asked == number) {
                current = next;
                former = null;
                return;
            }
        }
        CompletableFuture<Void> unused = next.end(Duration.ZERO);
    }

    // ---- ending

    /**
     * Ends the current subscription. Waits for its end as long as exchanges finish, or while the context is stopping until the end, because
     * nothing would run afterwards. Does not wait if called from within an exchange.
     */
    CompletableFuture<Void> end() {
        return end(Duration.ZERO, true);
    }

    /**
     * Ends the current subscription. Waits for its end as long as exchanges finish. While the context is stopping, Camel asks other
     * consumers afterwards to take in nothing more, and then waits for the exchanges of all.
     *
     * @param graceWithin how long the end can be revoked, if called from within an exchange, where this method does not wait
     */
    CompletableFuture<Void> suspend(Duration graceWithin) {
        return end(graceWithin, false);
    }

    private CompletableFuture<Void> end(Duration graceWithin, boolean isLast) {
        boolean within = isWithinAnExchange();
        CompletableFuture<Void> end = beginEnd(within ? graceWithin : Duration.ZERO);
        if (!within) {
            await(end, isLast);
        }
        return end;
    }

    /** Ends the current subscription without waiting. */
    CompletableFuture<Void> beginEnd() {
        return beginEnd(Duration.ZERO);
    }

    /** Waits for an end that has begun, as {@link #end()} does. */
    void awaitEnd() {
        awaitEnd(true);
    }

    /** Waits for an end that has begun, as {@link #suspend} does. */
    void awaitSuspended() {
        awaitEnd(false);
    }

    private void awaitEnd(boolean isLast) {
        Listening ending = former;
        if (ending != null) {
            await(ending.ended(), isLast);
        }
    }

    private CompletableFuture<Void> beginEnd(Duration grace) {
        Listening left;
        synchronized (this) {
            asked++;
            left = current;
            if (left == null) {
                left = former;
            } else {
                leave(left);
            }
            current = null;
            former = left;
        }
        return left == null ? CompletableFuture.completedFuture(null) : left.end(grace);
    }

    /**
     * Runs the task after the end, unless a newer request has come meanwhile. A newer request waits for a task that is running.
     */
    void afterwards(CompletableFuture<Void> end, Task task) {
        long number = asked();
        CompletableFuture<Void> unused = end.thenRun(() -> runLate(number, task));
    }

    private synchronized long asked() {
        return asked;
    }

    private synchronized void runLate(long number, Task task) {
        if (asked == number) {
            try {
                task.run();
            } catch (Exception e) {
                failures.accept(e);
            }
        }
    }

    /**
     * Ends the current subscription without waiting.
     *
     * @param noted runs before the end, if there is a current subscription
     * @return false if there is no current subscription
     */
    boolean leave(Runnable noted) {
        Listening left;
        synchronized (this) {
            left = current;
            if (left == null) {
                return false;
            }
            asked++;
            leave(left);
            former = left;
            current = null;
            noted.run();
        }
        CompletableFuture<Void> unused = left.end(Duration.ZERO);
        return true;
    }

    /**
     * Waits as long as exchanges finish. Gives up when none does, because an exchange may be waiting for the caller.
     *
     * @param isLast whether to wait until the end while the context is stopping
     */
    private void await(CompletableFuture<Void> end, boolean isLast) {
        boolean interrupted = false;
        long seen = exchanges.finished();
        long since = System.nanoTime();
        while (!end.isDone()) {
            try {
                end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | TimeoutException e) {
                LOG.trace("The subscription has not ended yet");
            }
            long now = System.nanoTime();
            if (exchanges.inFlight() == 0 || exchanges.finished() != seen || (isLast && context.isStopping())) {
                seen = exchanges.finished();
                since = now;
            } else if (now - since > PATIENCE_NANOS) {
                LOG.debug("Channel {}: the subscription ends once the exchanges in flight are done", channel);
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- from within an exchange

    /** Whether a route is calling. The call stack decides, because an exchange may continue on any thread. */
    private static boolean isWithinAnExchange() {
        return STACK.walk(frames -> frames.anyMatch(Listenings::isPartOfAnExchange));
    }

    private static boolean isPartOfAnExchange(StackWalker.StackFrame frame) {
        return (Processor.class.isAssignableFrom(frame.getDeclaringClass()) && frame.getMethodName().equals("process"))
                || (AsyncCallback.class.isAssignableFrom(frame.getDeclaringClass()) && frame.getMethodName().equals("done"));
    }
}
