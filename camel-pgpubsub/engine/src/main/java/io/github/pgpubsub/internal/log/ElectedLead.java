package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    private final Executor executor;
    /** Null: not a member at the moment. */
    private volatile @Nullable Subscription membership;
    private volatile boolean closed;

    /**
     * @param schema   of the log
     * @param listener hears of changes and failures of the election
     * @param executor runs the way back into the election, which blocks
     */
    public ElectedLead(Subscriptions subscriptions, String schema, Shard group, Duration acquireInterval,
            Duration leaderTimeout, SubscriptionListener listener, Executor executor) {
        this.subscriptions = subscriptions;
        this.listener = listener;
        this.executor = executor;
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
        Subscription joined = subscriptions.subscribe(options, message -> {
            // A stranger's message, or a gap: the election depends on neither.
        }, listener);
        synchronized (this) {
            if (!closed) {
                membership = joined;
                return;
            }
        }
        joined.close();
    }

    @Override
    public boolean isLeading() {
        Subscription current = membership;
        return current != null && current.isReceiving();
    }

    @Override
    public boolean mayProcess() {
        Subscription current = membership;
        return current != null && current.mayProcess();
    }

    @Override
    public void resign(String reason) {
        Subscription left;
        synchronized (this) {
            left = membership;
            membership = null;
        }
        if (left != null) {
            LOG.warn("{}: gives up the lead: {}", options.name(), reason);
            executor.execute(() -> comeBack(left));
        }
    }

    private void comeBack(Subscription left) {
        left.close();
        while (!closed && membership == null) {
            LockSupport.parkNanos(AWAY_NANOS);
            try {
                if (!closed) {
                    join();
                }
            } catch (SQLException | RuntimeException e) {
                LOG.debug("{}: can't join the election; trying again", options.name(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
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
            closed = true;
            left = membership;
            membership = null;
        }
        if (left != null) {
            left.close();
        }
    }
}
