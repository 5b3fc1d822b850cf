package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Counters;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.Intake;
import io.github.pgpubsub.internal.delivery.Lease;
import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.LeadOptions;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.Lock;
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
 * This session's part in a group, from its begin to its end: carries what the session tells to the {@link Leadership}. What that
 * wants then is done by its {@link LeadershipEffects}. The subscriptions of one session with one channel and group are
 * {@link LocalSubscriptions} behind one member, because a session that holds a lock may take it again: two members on one session
 * would both lead.
 */
public final class GroupMembership implements Subscriber {

    private static final int ANSWER_SECONDS = 10;

    private final GroupKey key;
    private final String controlChannel;
    private final Session session;
    private final SessionThread thread;
    private final Lease lease;
    private final Counters counters = new Counters();
    private final LocalSubscriptions subscriptions;
    private final Trouble trouble;
    private final LeadershipEffects effects;
    private final SteppingAside steppingAside;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    // These belong to the session's thread.
    private long disconnectedAt = Leadership.NEVER;
    private long missedSince = Leadership.NEVER;
    /** When the stream that broke last was known to be whole. */
    private long lastProof;
    /** Whether the leadership has not heard of that break to the end: memory may lack for it, and then the session tells again. */
    private boolean breaks;

    public GroupMembership(SubscriptionOptions options, Session session, Executor callbacks) {
        this.key = new GroupKey(options.channel(), options.group());
        this.controlChannel = key.controlChannel();
        this.session = session;
        this.thread = new SessionThread(session::execute);
        this.lease = Lease.of(options.leaderTimeout().toNanos());
        BufferLimit memory = options.memory();
        assert memory != null;
        DeliveryQueue queue = new DeliveryQueue(options, lease, counters, session::wake);
        this.subscriptions = new LocalSubscriptions(queue, callbacks);
        this.trouble = new Trouble(subscriptions::isDeserted, subscriptions::replaceTheDead, this::failed);
        LeadOptions leadOptions = new LeadOptions(options.acquireInterval(), options.leaderTimeout(), options.standbyBuffer());
        this.effects = new LeadershipEffects(key, subscriptions, new Intake(queue, options, counters, thread), lease, counters,
                thread,
                trouble, settled::countDown, this::leadershipEnded, wishes -> new Leadership<>(leadOptions, wishes,
                        () -> new Entries<>(memory, Notification::bytes), new SecureRandom()));
        this.steppingAside = new SteppingAside(key, effects.leadership(), trouble, thread);
    }

    /** Joins the group. Idempotent; called after the first subscription was added, which is to hear of it, and after each further one. */
    public void start() {
        if (started.compareAndSet(false, true)) {
            session.add(this);
        }
    }

    /** Waits until the first election is decided, or it shows that the server is out of reach. */
    public void awaitSettled(long longestNanos) {
        try {
            settled.await(longestNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // It goes on in the background, as it does when the time is up.
            Thread.currentThread().interrupt();
        }
    }

    public LocalSubscriptions subscriptions() {
        return subscriptions;
    }

    public Counters counters() {
        return counters;
    }

    boolean isReceiving() {
        return effects.view().leads() && lease.isHeld();
    }

    /** Whether a message would begin now: the member leads and its lease is valid. */
    boolean mayProcess() {
        return effects.view().leads() && lease.isValid();
    }

    SubscriptionStatus status(boolean thisOneReceives) {
        DeliveryQueue queue = subscriptions.queue();
        return new SubscriptionStatus(session.status(), thisOneReceives, effects.view().status(System.nanoTime()), queue.size(),
                queue.capacity(), counters.counts(), trouble.reason());
    }

    /** Asks the server who holds the group's locks. */
    List<GroupMember> members() throws SQLException, InterruptedException {
        CompletableFuture<List<GroupMember>> members = new CompletableFuture<>();
        thread.execute(() -> askForMembers(members));
        try {
            return members.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new SQLException("The members of group " + key.group() + " can't be asked for: no connection", e);
        }
    }

    private void askForMembers(CompletableFuture<List<GroupMember>> members) {
        if (effects.stream() == null) {
            members.completeExceptionally(new SQLException("not connected"));
            return;
        }
        SessionStream stream = effects.stream().session();
        LockHolders.ask(stream, key, holders -> {
            Set<Integer> present = holders.members();
            stream.names(present, names -> members.complete(present.stream()
                    .map(each -> new GroupMember(each, names.getOrDefault(each, ""), each == holders.one(Lock.LEADER),
                            each == holders.one(Lock.STANDBY)))
                    .toList()));
        });
    }

    // ---- what the session tells

    @Override
    public String name() {
        return subscriptions.names();
    }

    @Override
    public void connected(SessionStream newStream) {
        assert thread.calls();
        MemberStream stream = new MemberStream(key, controlChannel, newStream, this, effects.leadership());
        effects.connected(stream);
        long now = System.nanoTime();
        stream.begin(now);
        if (disconnectedAt != Leadership.NEVER) {
            subscriptions.reconnected(Duration.ofNanos(now - disconnectedAt));
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
        effects.collect();
        if (notification.channel().equals(controlChannel)) {
            ControlMessage.decode(notification.payload())
                    .ifPresent(message -> effects.leadership().control(notification.backend(), message, System.nanoTime()));
        } else {
            effects.leadership().data(notification, System.nanoTime());
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
            SessionStream stream = effects.stream().session();
            lease.pulse(stream.lastProof());
            effects.leadership().roundTrip(stream.roundTrip());
        }
        effects.leadership().tick(now);
        trouble.look(now);
        steppingAside.look(effects.isHindered(), now);
        effects.look();
    }

    @Override
    public @Nullable Sign signOfLife(int auxiliary) {
        long now = System.nanoTime();
        ControlMessage sign = effects.leadership().signOfLife(auxiliary, now);
        return sign == null ? null : new Sign(controlChannel, sign.encode(), key.key(Lock.LEADER), key.key(Lock.STANDBY),
                standby -> effects.leadership().signSent(standby, System.nanoTime()));
    }

    @Override
    public OptionalLong wantsProof() {
        return lease.isPulseWanted() && effects.stream() != null ? effects.stream().leaderLock() : OptionalLong.empty();
    }

    @Override
    public void proven(long at) {
        lease.pulse(at);
        lease.renew(at, 0);
    }

    @Override
    public void failed(Exception failure) {
        settled.countDown();
        subscriptions.failed(failure);
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
        subscriptions.gaveUp(failure);
    }

    // ---- the end

    /** Begins the orderly end: hands over what has not begun, finishes what has, and gives the lock back. */
    void stop() {
        thread.execute(() -> {
            Leadership<?> leadership = effects.leadership();
            steppingAside.end();
            leadership.stop(System.nanoTime());
            if (leadership.role() == Role.STOPPED) {
                leave();
            }
            if (session.isEnded()) {
                // There will be no connection any more on which to find out who leads.
                leadership.giveUpDraining(System.nanoTime());
            }
        });
    }

    /** Goes on with the end although messages are left that nobody has finished. */
    void giveUpDraining() {
        thread.execute(() -> effects.leadership().giveUpDraining(System.nanoTime()));
    }

    /** False: the time was up before. */
    public boolean awaitStopped(long longestNanos) throws InterruptedException {
        return stopped.await(longestNanos, TimeUnit.NANOSECONDS);
    }

    private void leadershipEnded() {
        if (steppingAside.isAside()) {
            // It goes on listening, or trying to: so it learns when it can take part again.
            thread.execute(this::takePartAgain);
        } else {
            leave();
        }
    }

    private void takePartAgain() {
        if (steppingAside.isAside()) {
            steppingAside.end();
            effects.leadership().again();
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
