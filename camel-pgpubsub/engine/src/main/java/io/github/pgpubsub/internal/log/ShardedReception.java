package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.subscription.End;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.SessionStatus;
import io.github.pgpubsub.status.ShardStatus;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Receives the kept messages of a channel for a group with shards: a {@link Reception} for each shard that this process leads, as
 * {@link ShardMember} has it. Shows them as one subscription. Thread-safe.
 */
public final class ShardedReception implements KeptSubscription {

    private static final int ANSWER_SECONDS = 10;
    /** What the end of a shard may take beyond the messages that have begun. */
    private static final Duration FAREWELL = Duration.ofSeconds(15);

    private final LogReader host;
    private final ShardMember member;
    private final Tally tally;
    private final int queueSize;
    private final Duration drainTimeout;
    private final End end;
    private final Runnable onClosed;
    private final long since = System.nanoTime();

    /**
     * @param tally     of all shards together
     * @param queueSize of one shard
     * @param onClosed  called once, at the end
     */
    ShardedReception(LogReader host, Shard group, ShardMember member, Tally tally, int queueSize, Duration drainTimeout,
            BiFunction<String, Runnable, Thread> threads, Runnable onClosed) {
        this.host = host;
        this.member = member;
        this.tally = tally;
        this.queueSize = queueSize;
        this.drainTimeout = drainTimeout;
        this.onClosed = onClosed;
        this.end = new End("kept " + group.channel() + " end", threads, held -> {}, this::isAnyBegun, this::end);
    }

    /** Takes part in sharing. Does not wait for the first share. */
    void start() {
        try {
            member.start();
        } catch (RuntimeException | Error e) {
            member.close();
            onClosed.run();
            throw e;
        }
    }

    private boolean isAnyBegun() {
        return member.receptions().stream().anyMatch(Reception::isAnyBegun);
    }

    // ---- how it stands

    @Override
    public boolean isReceiving() {
        return member.receptions().stream().anyMatch(Reception::isReceiving);
    }

    @Override
    public boolean mayProcess() {
        return member.receptions().stream().anyMatch(Reception::mayProcess);
    }

    /** The role is leader with one shard or more, and then as of a shard that it leads. */
    @Override
    public SubscriptionStatus status() {
        Collection<Reception> receptions = member.receptions();
        SessionStatus session = null;
        GroupStatus group = new GroupStatus(Role.COLD, Duration.ofNanos(System.nanoTime() - since), 0, null, 0, false, 0);
        String trouble = null;
        int queued = 0;
        int undeposable = 0;
        for (Reception each : receptions) {
            SubscriptionStatus status = each.status();
            queued += status.queued();
            // Of a shard that it does not lead, but watches.
            undeposable = status.group() == null || status.group().undeposable() == 0 ? undeposable
                    : status.group().undeposable();
            trouble = trouble == null ? status.trouble() : trouble;
            if (session == null || each.isLeading()) {
                session = status.session();
                group = status.group() == null ? group : status.group();
            }
        }
        return new SubscriptionStatus(session == null ? host.status() : session, isReceiving(),
                group.withUndeposable(undeposable), queued,
                queueSize * Math.max(1, receptions.size()), tally.counts(), trouble);
    }

    /** The epoch is the highest of its shards, the window the oldest, and it is asleep if all its shards are. */
    @Override
    public KeptStatus keptStatus() {
        long epoch = 0;
        Duration window = Duration.ZERO;
        int inHand = 0;
        boolean reading = false;
        boolean asleep = true;
        for (Reception each : member.receptions()) {
            ShardStatus shard = each.shard();
            epoch = Math.max(epoch, shard.epoch());
            window = shard.window().compareTo(window) > 0 ? shard.window() : window;
            inHand += shard.inHand();
            reading |= shard.reading();
            asleep &= !shard.reading() || each.isAsleep();
        }
        return tally.status(host.backend(), reading, reading && asleep, epoch, window, inHand, trouble(),
                host.rotation().trouble());
    }

    private @Nullable String trouble() {
        return member.trouble();
    }

    @Override
    public List<ShardStatus> shards() {
        return member.receptions().stream().map(Reception::shard).toList();
    }

    /** Members with a shard count as leaders. */
    @Override
    public List<GroupMember> members() throws SQLException, InterruptedException {
        try {
            return member.marks().members().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new SQLException("The members of the group can't be queried: no connection", e);
        }
    }

    // ---- the end

    @Override
    public void close() {
        CompletableFuture<Void> unused = end(Duration.ZERO);
        if (member.receptions().stream().noneMatch(Reception::isOwnThread)) {
            end.await();
        }
    }

    @Override
    public synchronized CompletableFuture<Void> end(Duration grace) {
        // Here and not by the thread that ends: when this call returns, no further message begins.
        member.hold(true);
        return end.begin(grace.toNanos());
    }

    @Override
    public synchronized boolean goOn() {
        boolean goesOn = end.takeBack();
        if (goesOn) {
            member.hold(false);
        }
        return goesOn;
    }

    /** Each shard ends as a subscription of its own does, all at once. */
    private void end() {
        try {
            member.stop().get(drainTimeout.plus(FAREWELL).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Nothing interrupts this thread on purpose.
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The shards have not ended in time", e);
        } finally {
            member.close();
            onClosed.run();
        }
    }
}
