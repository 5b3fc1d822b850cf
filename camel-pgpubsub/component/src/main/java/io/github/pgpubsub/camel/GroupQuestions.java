package io.github.pgpubsub.camel;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.status.GroupMember;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server for the members of a group, on a separate thread, so that JMX and console wait only for a bounded time. A
 * leader's name is cached while that leader leads. Thread-safe.
 */
final class GroupQuestions implements AutoCloseable {

    /** How long an answer is cached while no leader is known. */
    private static final long UNKNOWN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private record Answer(int leader, String name, long at) {}

    private final Function<Runnable, Thread> threads;
    private @Nullable CompletableFuture<List<GroupMember>> asked;
    private @Nullable Thread asking;
    private volatile @Nullable Answer last;

    /** @param threads creates a thread without starting it */
    GroupQuestions(Function<Runnable, Thread> threads) {
        this.threads = threads;
    }

    /**
     * The application name of the leader.
     *
     * @param leader  the leader's backend; 0: unknown
     * @param longest how long to wait for the server, if it has to be asked
     * @return empty if there is no leader, or no answer in time
     */
    String leaderName(Subscription subscription, int leader, Duration longest) {
        Answer known = last;
        if (known != null && known.leader == leader && (leader != 0 || System.nanoTime() - known.at < UNKNOWN_NANOS)) {
            return known.name;
        }
        try {
            String name = members(subscription, longest).stream().filter(GroupMember::leader).map(GroupMember::name)
                    .findFirst().orElse("");
            last = new Answer(leader, name, System.nanoTime());
            return name;
        } catch (IllegalStateException e) {
            return "";
        }
    }

    /** @throws IllegalStateException when the server does not answer in time */
    List<GroupMember> members(Subscription subscription, Duration longest) {
        try {
            return ask(subscription).get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "The server has not listed the members of the group within " + longest.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            assert cause != null;
            throw new IllegalStateException(
                    "Can't ask the server for the members of the group: " + cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /**
     * The members as text for people: backend, application name, role.
     *
     * @throws IllegalStateException when the server does not answer in time
     */
    List<String> list(Subscription subscription, Duration longest) {
        return members(subscription, longest).stream().map(member -> member.backend() + " " + member.name()
                + (member.leader() ? " (leader)" : member.standby() ? " (standby)" : "")).toList();
    }

    private synchronized CompletableFuture<List<GroupMember>> ask(Subscription subscription) {
        if (asked == null || asked.isDone()) {
            CompletableFuture<List<GroupMember>> answer = new CompletableFuture<>();
            Thread thread = threads.apply(() -> {
                try {
                    answer.complete(subscription.members());
                } catch (Throwable e) {
                    answer.completeExceptionally(e);
                }
            });
            asking = thread;
            thread.start();
            asked = answer;
        }
        return asked;
    }

    /** Callers that wait get an IllegalStateException. */
    @Override
    public synchronized void close() {
        if (asking != null) {
            asking.interrupt();
        }
        last = null;
    }
}
