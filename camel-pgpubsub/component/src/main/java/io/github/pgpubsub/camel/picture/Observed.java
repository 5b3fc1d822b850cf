package io.github.pgpubsub.camel.picture;

import io.github.pgpubsub.camel.management.ManagedConsumer;
import io.github.pgpubsub.camel.management.ManagedKeptConsumer;
import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.kept.KeptGroup;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A consumer and what was noticed about it so far. Thread-safe: events come on other threads than looks. */
final class Observed {

    private static final int LONGEST_HISTORY = 20;
    /** The server is asked for the members this often at most, and when the known leader or standby changes. */
    private static final long MEMBERS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ManagedConsumer consumer;
    private final Rate rate = new Rate();
    private final Deque<Picture.Event> history = new ArrayDeque<>();
    private List<Picture.Member> members = List.of();
    private long membersAt;
    private int membersLeader = -1;
    private int membersStandby = -1;
    private Picture.@Nullable Kept kept;
    private int leader;
    private long handOvers;

    Observed(ManagedConsumer consumer) {
        this.consumer = consumer;
        noteLeader(leaderOf(consumer.status()));
    }

    /** Does not wait for the server. */
    void note(PgPubSubEvent event) {
        int now = leaderOf(consumer.status());
        String what = Words.of(event);
        synchronized (this) {
            noteLeader(now);
            if (what != null) {
                history.addLast(new Picture.Event(Instant.ofEpochMilli(event.getTimestamp()), what));
                if (history.size() > LONGEST_HISTORY) {
                    history.removeFirst();
                }
            }
        }
    }

    private static int leaderOf(@Nullable SubscriptionStatus status) {
        return status == null || status.group() == null ? 0 : status.group().leader();
    }

    private synchronized void noteLeader(int now) {
        if (now != 0 && now != leader) {
            handOvers += leader == 0 ? 0 : 1;
            leader = now;
        }
    }

    /**
     * The consumer now. May wait for the server, for about a second.
     *
     * @param now      in nanoseconds
     * @param mayAsk   whether it may wait; otherwise members and lag are those of the last look
     */
    Picture.Consumer look(long now, boolean mayAsk) {
        SubscriptionStatus status = consumer.status();
        if (status == null) {
            return stopped();
        }
        GroupStatus group = status.group();
        if (mayAsk && status.connected()) {
            askForMembers(now, group);
            askForPlace();
        }
        synchronized (this) {
            noteLeader(leaderOf(status));
            if (group != null && group.leader() == 0) {
                // A cold member does not hear who leads, but the server knows.
                noteLeader(members.stream().filter(Picture.Member::leader).mapToInt(Picture.Member::backend).findFirst()
                        .orElse(0));
            }
            rate.note(now, status.counts().received());
            return view(status, group);
        }
    }

    private synchronized Picture.Consumer stopped() {
        return new Picture.Consumer(consumer.getRouteId(), consumer.getChannel(), consumer.getGroup(), false, false, false, "", 0,
                false, false, -1, List.of(), handOvers, 0, -1, List.of(), 0, 0, 0, 0, 0, 0, 0, 0, null, List.copyOf(history));
    }

    private Picture.Consumer view(SubscriptionStatus status, @Nullable GroupStatus group) {
        int backend = status.session().backend();
        boolean sharded = kept != null && !kept.shards().isEmpty();
        boolean standby = (group != null && group.standby() != 0) || members.stream().anyMatch(Picture.Member::standby);
        return new Picture.Consumer(consumer.getRouteId(), consumer.getChannel(), consumer.getGroup(), status.connected(),
                status.receiving(), status.trouble() != null, group == null ? "" : group.role().name(), backend, standby,
                group != null && group.inStep(), group == null || group.leaderFor() == null ? -1 : group.leaderFor().toMillis(),
                members, sharded ? -1 : handOvers, status.counts().received(), rate.perSecond(), rate.course(), status.queued(),
                status.queueSize(), status.counts().redelivered(), status.counts().filtered(), status.counts().dropped(),
                status.counts().gaps(), status.counts().gapMillis(), status.session().reconnects(), kept, List.copyOf(history));
    }

    /** Keeps the last answer if there is none in time. */
    private void askForMembers(long now, @Nullable GroupStatus group) {
        if (group == null) {
            return;
        }
        if (membersLeader == group.leader() && membersStandby == group.standby() && now - membersAt < MEMBERS_NANOS) {
            return;
        }
        membersAt = now;
        membersLeader = group.leader();
        membersStandby = group.standby();
        try {
            List<GroupMember> answer = consumer.members();
            int here = consumer.getBackend();
            List<Picture.Member> named = answer.stream().map(each -> new Picture.Member(each.backend(),
                    Words.process(each.name()), each.leader(), each.standby(), each.backend() == here))
                    .sorted(Comparator.comparing(Picture.Member::name).thenComparing(Picture.Member::backend)).toList();
            synchronized (this) {
                members = named;
            }
        } catch (IllegalStateException e) {
            // Not in time. The leader and the standby are asked for again when the members are.
            membersLeader = -1;
        }
    }

    private void askForPlace() {
        if (!(consumer instanceof ManagedKeptConsumer keptConsumer)) {
            return;
        }
        KeptStatus status = keptConsumer.keptStatus();
        if (status == null) {
            return;
        }
        List<KeptGroup> standing = keptConsumer.standing();
        Picture.Kept answer = standing == null || standing.isEmpty()
                ? new Picture.Kept(-1, -1, -1, status.completed(), status.skipped(), status.retried(), List.of())
                : new Picture.Kept(standing.stream().mapToLong(KeptGroup::lag).sum(),
                        standing.stream().mapToLong(each -> each.behind().toSeconds()).max().orElse(-1),
                        standing.stream().mapToLong(KeptGroup::parked).sum(), status.completed(), status.skipped(),
                        status.retried(), standing.size() < 2 ? List.of() : standing.stream().map(Observed::shard).toList());
        synchronized (this) {
            kept = answer;
        }
    }

    private static Picture.Shard shard(KeptGroup group) {
        return new Picture.Shard(group.shard(), group.leader() == null ? "" : Words.process(group.leader()), group.lag(),
                group.parked());
    }
}
