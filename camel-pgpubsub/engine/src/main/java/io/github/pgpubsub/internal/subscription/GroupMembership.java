package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Counters;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.LeadOptions;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.election.LockKeys;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.session.Subscriber;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * This session's membership in a group, from start to end: passes the session's events to the {@link Leadership}, whose requests are
 * carried out by {@link LeadershipEffects}. All subscriptions of one session with one channel and group are
 * {@link LocalSubscriptions} behind one member, because a session may take a lock that it already holds: two members on one session
 * would both lead.
 */
public final class GroupMembership implements Subscriber {

    private static final int ANSWER_SECONDS = 10;

    private final GroupKey key;
    private final Session session;
    private final SessionThread thread;
    private final MemberDelivery delivery;
    private final Trouble trouble;
    private final LeadershipEffects effects;
    private final SteppingAside steppingAside;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean abandoned;

    // The fields below belong to the session's thread.
    private long disconnectedAt = Leadership.NEVER;
    private long missedSince = Leadership.NEVER;
    /** Time of the latest proof that the broken stream was whole. */
    private long lastProof;
    /** Whether the leadership must still hear of the break. Stays true if memory is lacking for it; then the session calls again. */
    private boolean breaks;

    public GroupMembership(SubscriptionOptions options, Session session, Executor callbacks) {
        this.key = new GroupKey(options.channel(), options.group());
        this.session = session;
        this.thread = new SessionThread(session::execute);
        BufferLimit memory = options.memory();
        assert memory != null;
        this.delivery = MemberDelivery.of(options, session.pulse(), thread, session::wake, callbacks);
        LocalSubscriptions subscriptions = delivery.subscriptions();
        this.trouble = new Trouble(subscriptions::isDeserted, subscriptions::replaceEndedThreads, this::failed);
        LeadOptions leadOptions = new LeadOptions(options.acquireInterval(), options.leaderTimeout(), options.standbyBuffer());
        this.effects = new LeadershipEffects(key, delivery, thread, trouble, settled::countDown, this::leadershipEnded,
                requests -> new Leadership<>(leadOptions, requests,
                        () -> new Entries<>(memory, Notification::bytes), new SecureRandom()));
        this.steppingAside = new SteppingAside(subscriptions, effects.leadership(), trouble, thread);
    }

    /** Joins the group. Idempotent; call after the first subscription was added, so that it hears of the first connection. */
    public void start() {
        if (started.compareAndSet(false, true)) {
            session.add(this);
        }
    }

    /** Waits until the first election is decided, or the server turns out to be unreachable; false if the time is up before. */
    boolean awaitSettled(Duration longest) throws InterruptedException {
        return settled.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    public LocalSubscriptions subscriptions() {
        return delivery.subscriptions();
    }

    public Counters counters() {
        return delivery.counters();
    }

    boolean isReceiving() {
        return effects.view().leads() && delivery.lease().isHeld();
    }

    /** Whether a message may begin now: the member leads and its lease is valid. */
    boolean mayProcess() {
        return effects.view().leads() && delivery.lease().isValid();
    }

    long term() {
        return effects.term();
    }

    SubscriptionStatus status(boolean thisOneReceives) {
        DeliveryQueue queue = delivery.subscriptions().queue();
        return new SubscriptionStatus(session.status(), thisOneReceives, effects.view().status(System.nanoTime()), queue.size(),
                queue.capacity(), delivery.counters().counts(), trouble.reason());
    }

    /** Asks the server for the holders of the group's locks. */
    List<GroupMember> members() throws SQLException, InterruptedException {
        CompletableFuture<List<GroupMember>> members = new CompletableFuture<>();
        thread.execute(() -> askForMembers(members));
        try {
            return members.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new SQLException("The members of group " + key.group() + " can't be queried: no connection", e);
        }
    }

    private void askForMembers(CompletableFuture<List<GroupMember>> members) {
        if (effects.stream() == null) {
            members.completeExceptionally(new SQLException("not connected"));
            return;
        }
        SessionStream stream = effects.stream().session();
        LockHolders.ask(stream, new LockKeys(key), holders -> {
            Set<Integer> present = holders.members();
            stream.names(present, names -> members.complete(present.stream()
                    .map(each -> new GroupMember(each, names.getOrDefault(each, ""), each == holders.one(Lock.LEADER),
                            each == holders.one(Lock.STANDBY)))
                    .toList()));
        });
    }

    // ---- events of the session

    @Override
    public String name() {
        return delivery.subscriptions().names();
    }

    @Override
    public void connected(SessionStream newStream) {
        assert thread.calls();
        missedSince = Leadership.NEVER;
        MemberStream stream = new MemberStream(key, newStream, this, effects.leadership());
        effects.connected(stream);
        long now = System.nanoTime();
        stream.begin(now);
        if (disconnectedAt != Leadership.NEVER) {
            delivery.subscriptions().reconnected(Duration.ofNanos(now - disconnectedAt));
        }
    }

    @Override
    public void missed(long since) {
        assert thread.calls();
        missedSince = since;
    }

    @Override
    public void disconnected() {
        assert thread.calls();
        long now = System.nanoTime();
        if (effects.stream() != null) {
            lastProof = effects.stream().session().lastProof();
            effects.disconnected();
            trouble.granted();
            disconnectedAt = missedSince == Leadership.NEVER ? now : missedSince;
            missedSince = Leadership.NEVER;
            breaks = true;
        }
        if (breaks) {
            effects.leadership().disconnected(lastProof, disconnectedAt, now);
            breaks = false;
        }
    }

    @Override
    public void received(Notification notification) {
        MemberStream stream = effects.stream();
        if (stream != null && stream.takes(notification)) {
            effects.collect();
            if (stream.isControl(notification)) {
                ControlMessage.decode(notification.payload())
                        .ifPresent(message -> effects.leadership().control(notification.backend(), message, System.nanoTime()));
            } else {
                effects.leadership().data(notification);
            }
        }
    }

    @Override
    public void handOn() {
        effects.handOn();
    }

    @Override
    public boolean ready() {
        return effects.leadership().ready();
    }

    @Override
    public void tick() {
        assert thread.calls();
        long now = System.nanoTime();
        if (effects.stream() != null) {
            effects.leadership().roundTrip(effects.stream().session().roundTrip());
        }
        effects.leadership().tick(now);
        remedy(now);
        effects.refreshView();
    }

    @Override
    public boolean isBusy() {
        return effects.leadership().isBusy();
    }

    /** Also while the session does not read: a full queue that has lost its threads can be emptied only by new ones, or by another member. */
    private void remedy(long now) {
        endIfAbandoned();
        trouble.remedyIfDue(now);
        steppingAside.update(effects.isHindered(), now);
        rejoinIfAside();
    }

    @Override
    public @Nullable Sign signOfLife(int auxiliary) {
        long now = System.nanoTime();
        remedy(now);
        ControlMessage sign = effects.leadership().signOfLife(auxiliary, now);
        MemberStream stream = effects.stream();
        return sign == null || stream == null ? null : stream.sign(sign);
    }

    @Override
    public OptionalLong leaderLock() {
        MemberStream stream = effects.stream();
        return stream == null ? OptionalLong.empty() : stream.leaderLock();
    }

    @Override
    public void proven(long at) {
        delivery.lease().renew(at, 0);
    }

    @Override
    public void failed(Exception failure) {
        settled.countDown();
        delivery.subscriptions().failed(failure);
    }

    @Override
    public void refused(SQLException refusal) {
        trouble.refused(refusal);
    }

    @Override
    public void granted() {
        trouble.granted();
    }

    @Override
    public void gaveUp(Exception failure) {
        settled.countDown();
        delivery.subscriptions().gaveUp(failure);
    }

    // ---- the end

    /** Begins the orderly end: leaves messages that have not begun to the successor, finishes the others, and releases the locks. */
    void stop() {
        thread.execute(() -> {
            steppingAside.end();
            effects.leadership().stop(System.nanoTime());
            if (effects.leadership().role() == Role.STOPPED) {
                leave();
            }
            if (session.isEnded()) {
                // Without a session there will be no connection to find out who leads.
                effects.leadership().giveUpDraining(System.nanoTime());
            }
        });
    }

    /** Continues the end without waiting for the remaining messages. */
    void giveUpDraining() {
        thread.execute(() -> effects.leadership().giveUpDraining(System.nanoTime()));
    }

    /** Ends in any case, as soon as the session's thread gets to it, even if this throws: a member without workers must not lead. */
    void abandon() {
        abandoned = true;
        thread.execute(this::endIfAbandoned);
    }

    private void endIfAbandoned() {
        if (abandoned) {
            steppingAside.end();
            effects.leadership().abandon();
        }
    }

    /** False if the time is up before the member has stopped. */
    public boolean awaitStopped(long longestNanos) throws InterruptedException {
        return stopped.await(longestNanos, TimeUnit.NANOSECONDS);
    }

    private void leadershipEnded() {
        if (!steppingAside.isAside()) {
            leave();
        }
    }

    /** A member that has stepped aside keeps its connection, or keeps trying to get one, to learn when it can join again. */
    private void rejoinIfAside() {
        if (steppingAside.isAside() && effects.leadership().role() == Role.STOPPED) {
            effects.leadership().again();
            steppingAside.end();
            if (effects.stream() != null) {
                effects.stream().begin(System.nanoTime());
            }
        }
    }

    private void leave() {
        if (effects.stream() != null) {
            effects.stream().unlisten();
        }
        session.remove(this);
        settled.countDown();
        stopped.countDown();
    }
}
