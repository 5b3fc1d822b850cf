package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.subscription.GroupSubscription;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leads by the election of a group that passes no messages. */
public final class ElectedLead implements Lead {

    private static final Logger LOG = LoggerFactory.getLogger(ElectedLead.class);

    /** How long a member that has resigned stays away, so that another one can lead. */
    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Subscriptions subscriptions;
    private final SubscriptionOptions options;
    private final SubscriptionListener listener;
    private final BiFunction<String, Runnable, Thread> threads;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Changed under the monitor. Null: not a member at the moment. */
    private volatile @Nullable GroupSubscription membership;
    /** Changed under the monitor. A member that has resigned, and for whose way back no thread could be created; null: none. */
    private volatile @Nullable Subscription stranded;

    /**
     * @param schema   of the log
     * @param listener hears of changes and failures of the election
     * @param threads  creates an unstarted thread from its purpose and a task: for the way back into the election, which blocks
     */
    public ElectedLead(Subscriptions subscriptions, String schema, Shard group, Duration acquireInterval,
            Duration leaderTimeout, SubscriptionListener listener,
            BiFunction<String, Runnable, Thread> threads) {
        this.subscriptions = subscriptions;
        this.listener = listener;
        this.threads = threads;
        this.options = SubscriptionOptions.toElections()
                .name("Kept messages of " + group)
                .group(String.join("/", String.valueOf(group.shard()), length(schema), length(group.channel()), group.group()))
                .acquireInterval(acquireInterval)
                .leaderTimeout(leaderTimeout)
                .standbyBuffer(0)
                .memory(new BufferLimit(BufferLimit.DEFAULT_BYTES))
                .drainTimeout(Duration.ofSeconds(1))
                .build();
    }

    /** With its length, because a schema, a channel or a group may have a slash. */
    private static String length(String text) {
        return text.length() + "/" + text;
    }

    @Override
    public void start() throws SQLException, InterruptedException {
        join();
    }

    private void join() throws SQLException, InterruptedException {
        // Of a subscription with a single listener.
        GroupSubscription joined = (GroupSubscription) subscriptions.subscribe(options, message -> {
            // A stranger's message, or a gap: the election depends on neither.
        }, listener);
        if (!enter(joined)) {
            joined.close();
        }
    }

    /** A membership that nobody knew would never be closed, and would lead for nobody. */
    private synchronized boolean enter(GroupSubscription joined) {
        if (isClosed() || membership != null) {
            return false;
        }
        membership = joined;
        return true;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Asked often, so it also has a member come back for which no thread could be created before. */
    @Override
    public boolean isLeading() {
        if (stranded != null) {
            tryAgain();
        }
        Subscription current = membership;
        return current != null && current.isReceiving();
    }

    @Override
    public boolean mayProcess() {
        Subscription current = membership;
        return current != null && current.mayProcess();
    }

    @Override
    public long term() {
        GroupSubscription current = membership;
        return current == null ? 0 : current.term();
    }

    @Override
    public void resign(String reason) {
        Subscription left;
        synchronized (this) {
            left = membership;
            membership = null;
        }
        if (left != null) {
            // Whatever becomes of the way back, the lock is released.
            try {
                LOG.warn("{}: gives up the lead: {}", options.name(), reason);
                CompletableFuture<Void> unused = left.end(Duration.ZERO);
            } finally {
                comeBackLater(left);
            }
        }
    }

    /** On a thread of its own: the application's executor may be full. */
    private synchronized void comeBackLater(Subscription left) {
        try {
            start(left);
        } catch (RuntimeException | Error e) {
            stranded = left;
            LOG.warn("{}: no thread can be created to join the election again; trying again", options.name(), e);
        }
    }

    private synchronized void tryAgain() {
        Subscription left = stranded;
        if (left == null || isClosed()) {
            return;
        }
        try {
            start(left);
            stranded = null;
        } catch (RuntimeException | Error e) {
            LOG.debug("{}: still no thread can be created", options.name(), e);
        }
    }

    private void start(Subscription left) {
        threads.apply("election", () -> comeBack(left)).start();
    }

    private void comeBack(Subscription left) {
        close(left);
        while (!isClosedWithin(AWAY_NANOS)) {
            try {
                join();
                return;
            } catch (InterruptedException e) {
                // A stray interrupt of a DataSource or a customizer; close() is the only way to end this thread.
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                // Errors, too: nobody else would bring this member back.
                LOG.debug("{}: can't join the election; trying again", options.name(), e);
            }
        }
    }

    /** Goes on until it succeeds, memory may be lacking: nobody else would release the lock. */
    private static void close(Subscription left) {
        while (true) {
            try {
                left.close();
                return;
            } catch (Throwable e) {
                LOG.debug("A member that has resigned can't be closed; trying again", e);
                Survival.pause();
            }
        }
    }

    private boolean isClosedWithin(long nanos) {
        try {
            return closed.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return isClosed();
        } catch (OutOfMemoryError e) {
            Survival.pause();
            return isClosed();
        }
    }

    @Override
    public @Nullable SubscriptionStatus status() {
        Subscription current = membership;
        return current == null ? null : current.status();
    }

    @Override
    public List<GroupMember> members() throws SQLException, InterruptedException {
        Subscription current = membership;
        return current == null ? List.of() : current.members();
    }

    @Override
    public void close() {
        Subscription left;
        synchronized (this) {
            closed.countDown();
            left = membership;
            membership = null;
        }
        if (left != null) {
            left.close();
        }
    }
}
