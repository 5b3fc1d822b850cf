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
 * When a consumer listens: the subscription of now, and the former one, which ends or has ended, or whose end may still be taken back.
 *
 * <p>Route policies begin and end a consumer from within an exchange, on whatever thread that went on. An end waits for the exchanges
 * in flight, so it must not be waited for there: another thread runs it, and Camel's shutdown strategy waits for what is
 * {@link #pending}. Thread-safe; begin, end and leave decide under one lock and wait outside it.
 */
final class Listenings {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    /** An exchange that takes longer may be waiting for the one who waits for it here. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_MILLIS = 10;
    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** Subscribes; may block. */
    @FunctionalInterface
    interface Opening {

        Listening open() throws Exception;
    }

    /** For what is left to do once an end has come. */
    @FunctionalInterface
    interface Task {

        void run() throws Exception;
    }

    private final Opening opening;
    private final RouteHandler handler;
    private final CamelContext context;
    private final String channel;
    private final Consumer<Exception> failures;
    private volatile @Nullable Listening current;
    private volatile @Nullable Listening former;
    /** Counts what was asked for, so that a late begin or end knows that it is not wanted any more. */
    private long asked;

    /** @param failures is told what a late begin or end throws */
    Listenings(Opening opening, RouteHandler handler, CamelContext context, String channel, Consumer<Exception> failures) {
        this.opening = opening;
        this.handler = handler;
        this.context = context;
        this.channel = channel;
        this.failures = failures;
    }

    /** Null: it does not listen. */
    @Nullable
    Subscription subscription() {
        Listening now = current;
        return now == null ? null : now.subscription();
    }

    /** Messages that the former one has taken in and that are still to be processed. */
    int pending() {
        Listening ending = former;
        return ending == null ? 0 : ending.pending(handler.inFlight());
    }

    // ---- beginning

    /** Takes the former one's end back if that can be, or waits for that end and subscribes anew. */
    void begin() throws Exception {
        Listening previous;
        long number;
        synchronized (this) {
            number = ++asked;
            previous = former;
            if (previous != null && previous.goOn()) {
                current = previous;
                former = null;
                return;
            }
        }
        if (previous != null && !previous.end(Duration.ZERO).isDone() && isWithinAnExchange()) {
            // It waits for the former one, and that for this exchange.
            context.getExecutorServiceManager().newThread("pgpubsub resume", () -> beginLate(number)).start();
        } else {
            begin(number);
        }
    }

    private void beginLate(long number) {
        try {
            begin(number);
        } catch (Exception e) {
            failures.accept(e);
        }
    }

    private void begin(long number) throws Exception {
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
     * Ends the one of now. Waits for that unless it is called from within an exchange.
     *
     * @param graceWithin how long that may be taken back, if it is called from within an exchange
     */
    CompletableFuture<Void> end(Duration graceWithin) {
        Listening left;
        synchronized (this) {
            asked++;
            left = current;
            current = null;
            if (left == null) {
                left = former;
            }
            former = left;
        }
        if (left == null) {
            return CompletableFuture.completedFuture(null);
        }
        boolean within = isWithinAnExchange();
        CompletableFuture<Void> end = left.end(within ? graceWithin : Duration.ZERO);
        if (!within) {
            await(end);
        }
        return end;
    }

    /** Runs the task when the end has come, unless something else was asked for meanwhile, which waits for the task. */
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
     * Ends the one of now without waiting.
     *
     * @param noted runs before that, when there is one
     * @return false: there is none
     */
    boolean leave(Runnable noted) {
        synchronized (this) {
            Listening left = current;
            if (left == null) {
                return false;
            }
            asked++;
            former = left;
            current = null;
            noted.run();
            CompletableFuture<Void> unused = left.end(Duration.ZERO);
            return true;
        }
    }

    /**
     * Waits while exchanges come to their ends; an exchange that does not may wait for the caller. While the context stops,
     * nobody goes on afterwards, so it waits to the end.
     */
    private void await(CompletableFuture<Void> end) {
        boolean interrupted = false;
        long seen = handler.finished();
        long since = System.nanoTime();
        while (!end.isDone()) {
            try {
                end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | TimeoutException e) {
                LOG.trace("It has not ended yet");
            }
            long now = System.nanoTime();
            if (handler.inFlight() == 0 || handler.finished() != seen || context.isStopping()) {
                seen = handler.finished();
                since = now;
            } else if (now - since > PATIENCE_NANOS) {
                LOG.debug("Channel {}: its end goes on when the exchanges in flight are done", channel);
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- from within an exchange

    /** Whether the caller is called by a route. That asks the exchange, wherever it went on, and not the thread. */
    private static boolean isWithinAnExchange() {
        return STACK.walk(frames -> frames.anyMatch(Listenings::isPartOfAnExchange));
    }

    private static boolean isPartOfAnExchange(StackWalker.StackFrame frame) {
        return (Processor.class.isAssignableFrom(frame.getDeclaringClass()) && frame.getMethodName().equals("process"))
                || (AsyncCallback.class.isAssignableFrom(frame.getDeclaringClass()) && frame.getMethodName().equals("done"));
    }
}
