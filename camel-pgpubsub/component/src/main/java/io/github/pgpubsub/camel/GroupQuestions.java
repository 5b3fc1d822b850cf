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
 * Asks the server for the members of a group, in a thread of its own, so that whoever looks at a consumer waits for a bounded time
 * only. What was answered about a leader is kept as long as it leads. Thread-safe.
 */
final class GroupQuestions implements AutoCloseable {

    /** How long an answer holds as long as no leader is known. */
    private static final long UNKNOWN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private record Answer(int leader, String name, long at) {}

    private final Function<Runnable, Thread> threads;
    private @Nullable CompletableFuture<List<GroupMember>> asked;
    private @Nullable Thread asking;
    private volatile @Nullable Answer last;

    /** @param threads makes a thread, not started */
    GroupQuestions(Function<Runnable, Thread> threads) {
        this.threads = threads;
    }

    /**
     * The application name of the leader.
     *
     * @param leader  its backend, 0: not known
     * @param longest how long to wait for the server where it has to be asked
     * @return empty: there is none, or no answer yet
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

    /** @throws IllegalStateException when there is no answer in time */
    List<GroupMember> members(Subscription subscription, Duration longest) {
        try {
            return ask(subscription).get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "The server has not said within " + longest.toMillis() + " ms who takes part in the group", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            assert cause != null;
            throw new IllegalStateException(
                    "The server can't be asked who takes part in the group: " + cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /**
     * The members as a person reads them: backend, application name, role.
     *
     * @throws IllegalStateException when there is no answer in time
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

    /** Whoever asks is told that there is no answer. */
    @Override
    public synchronized void close() {
        if (asking != null) {
            asking.interrupt();
        }
        last = null;
    }
}
