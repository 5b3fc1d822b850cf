package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.Workers;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription that receives while its member leads its group: {@code singleListener=true}. */
public final class GroupSubscription implements Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(GroupSubscription.class);

    /** Maximum time for the server's answers to the unlock and the last messages, after all messages are handled. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Maximum time for the session's thread to end the membership without the server's answers. */
    private static final long ABANDON_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** Maximum time for the end, in addition to the time for the messages that have begun. */
    static final long LONGEST_FAREWELL_NANOS = FAREWELL_NANOS + ABANDON_NANOS;

    private final GroupMembership member;
    private final LocalSubscription local;
    private final Runnable onLastClosed;
    private final Runnable onClosed;
    private final End end;

    /**
     * @param onLastClosed called if this was its member's last subscription and the member has stopped
     * @param onClosed     called in any case
     * @param name         prefix of the name of the thread that ends the subscription
     */
    public GroupSubscription(GroupMembership member, LocalSubscription local, Runnable onLastClosed, Runnable onClosed,
            String name,
            BiFunction<String, Runnable, Thread> threads) {
        this.member = member;
        this.local = local;
        this.onLastClosed = onLastClosed;
        this.onClosed = onClosed;
        this.end = new End(name + " end", threads, member.subscriptions().queue()::hold,
                member.subscriptions().queue()::isAnyBegun, this::end);
    }

    @Override
    public boolean isReceiving() {
        return member.isReceiving() && member.subscriptions().isActive(local) && local.workers().isAlive();
    }

    @Override
    public boolean mayProcess() {
        return member.mayProcess() && member.subscriptions().isActive(local) && local.workers().isAlive();
    }

    /**
     * Number of the member's latest leadership: unique in this process, higher with each one that begins, 0 before the first. Whoever sees
     * {@link #mayProcess} and afterwards the same number as earlier knows that no other member has led in between.
     */
    public long term() {
        return member.term();
    }

    @Override
    public SubscriptionStatus status() {
        return member.status(isReceiving());
    }

    @Override
    public boolean awaitStart(Duration longest) throws InterruptedException {
        return member.awaitSettled(longest);
    }

    @Override
    public List<GroupMember> members() throws SQLException, InterruptedException {
        return member.members();
    }

    @Override
    public void close() {
        CompletableFuture<Void> unused = end.begin(0);
        if (!local.workers().isOwnThread()) {
            end.await();
        }
    }

    @Override
    public CompletableFuture<Void> end(Duration grace) {
        // If another local subscription takes over, no member has to be told, and a grace would only delay it.
        return end.begin(member.subscriptions().isLast(local) ? grace.toNanos() : 0);
    }

    @Override
    public boolean goOn() {
        return end.takeBack();
    }

    private void end() {
        try {
            if (member.subscriptions().leave(local)) {
                closeLast();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            onClosed.run();
        }
    }

    private void closeLast() throws InterruptedException {
        DeliveryQueue queue = member.subscriptions().queue();
        boolean stopped = false;
        try {
            stopped = stop();
        } finally {
            try {
                if (!stopped) {
                    // Also if memory is lacking here: a member whose workers leave must not lead.
                    member.abandon();
                }
            } finally {
                queue.close();
                local.workers().leave();
                if (stopped) {
                    onLastClosed.run();
                }
            }
        }
        local.workers().join(Workers.LAST_NANOS);
        queue.clear();
    }

    private boolean stop() throws InterruptedException {
        member.stop();
        if (member.awaitStopped(local.options().drainTimeout().toNanos())) {
            return true;
        }
        LOG.warn("Channel {}: stops before all messages are finished; the next leader gets the rest, marked as redelivered",
                local.options().channel());
        member.giveUpDraining();
        if (member.awaitStopped(FAREWELL_NANOS)) {
            return true;
        }
        LOG.warn("Channel {}: the server refused or did not answer the last request of a stopping member; its locks are released",
                local.options().channel());
        member.abandon();
        return member.awaitStopped(ABANDON_NANOS);
    }
}
