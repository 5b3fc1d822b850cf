package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.KeptGroup;
import io.github.pgpubsub.kept.KeptMessages;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks a consumer's log, on separate threads, so that JMX, health checks and meters wait only for a bounded time. Counting the lag of a
 * group takes a while if it is long, so its last answer is kept for a few seconds. Thread-safe.
 */
final class LogQuestions {

    /** How long the groups' standing counts as known. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A request to the log. May block. */
    @FunctionalInterface
    interface Question<T> {

        T ask(KeptMessages log) throws Exception;
    }

    private record Answer(List<KeptGroup> groups, long at) {}

    private final PgPubSubEndpoint endpoint;
    private final Function<Runnable, Thread> threads;
    private @Nullable CompletableFuture<List<KeptGroup>> asked;
    private volatile @Nullable Answer last;

    /** @param threads creates a thread without starting it */
    LogQuestions(PgPubSubEndpoint endpoint, Function<Runnable, Thread> threads) {
        this.endpoint = endpoint;
        this.threads = threads;
    }

    /** @throws IllegalStateException when the server refuses, or does not answer in time; then it may still do it */
    <T> T ask(Question<T> question, Duration longest) {
        try {
            return begin(question).get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("The server has not answered within " + longest.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            assert cause != null;
            throw new IllegalStateException("The log of kept messages can't do it: " + cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /**
     * The groups of the channel as they were at most a few seconds ago, or longer if the server does not answer in time.
     *
     * @return null: nothing is known yet
     */
    @Nullable
    List<KeptGroup> groups(Duration longest) {
        Answer known = last;
        if (known != null && System.nanoTime() - known.at < FRESH_NANOS) {
            return known.groups;
        }
        try {
            return askGroups().get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return known == null ? null : known.groups;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private synchronized CompletableFuture<List<KeptGroup>> askGroups() {
        if (asked == null || asked.isDone()) {
            asked = begin(log -> {
                List<KeptGroup> groups = log.groups(endpoint.getChannel());
                last = new Answer(groups, System.nanoTime());
                return groups;
            });
        }
        return asked;
    }

    private <T> CompletableFuture<T> begin(Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        threads.apply(() -> {
            try {
                answer.complete(endpoint.askLog(question));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        }).start();
        return answer;
    }
}
