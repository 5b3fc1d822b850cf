package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leads a place that is this subscription's alone: {@code singleListener=false}. */
final class OwnLead implements Lead {

    private static final Logger LOG = LoggerFactory.getLogger(OwnLead.class);

    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Shard group;
    private volatile boolean started;
    private volatile long awayUntil = System.nanoTime();

    OwnLead(Shard group) {
        this.group = group;
    }

    @Override
    public void start() {
        started = true;
    }

    @Override
    public boolean isLeading() {
        return started && System.nanoTime() - awayUntil >= 0;
    }

    @Override
    public boolean mayProcess() {
        return isLeading();
    }

    /** Nobody else leads in between. */
    @Override
    public long term() {
        return 1;
    }

    /** It has no successor; begins anew after a while. */
    @Override
    public void resign(String reason) {
        awayUntil = System.nanoTime() + AWAY_NANOS;
        LOG.warn("{}: reads again from its place: {}", group, reason);
    }

    @Override
    public @Nullable SubscriptionStatus status() {
        return null;
    }

    @Override
    public List<GroupMember> members() {
        return List.of();
    }

    @Override
    public void close() {
        started = false;
    }
}
