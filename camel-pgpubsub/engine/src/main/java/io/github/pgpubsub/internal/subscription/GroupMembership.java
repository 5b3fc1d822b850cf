package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.delivery.Counters;
import io.github.pgpubsub.internal.delivery.DeliveryQueue;
import io.github.pgpubsub.internal.delivery.Lease;
import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Effects;
import io.github.pgpubsub.internal.election.Entries;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.LeadOptions;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.election.Poll;
import io.github.pgpubsub.internal.election.ServerRun;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.session.Subscriber;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.RoleChange;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This session's part in a group: carries what the session tells to the {@link Leadership}, and what that wants to session
 * and queue. The subscriptions of one session with one channel and group are {@link LocalSubscriptions} behind one member, because a
 * session that holds a lock may take it again: two members on one session would both lead.
 */
public final class GroupMembership implements Subscriber, Effects<Notification> {

    private static final Logger LOG = LoggerFactory.getLogger(GroupMembership.class);

    private static final int ANSWER_SECONDS = 10;
    /** That of the messages, and that of the group's own. */
    private static final int CHANNELS = 2;
    /** What lasts no longer is no reason to let others take over. */
    private static final long HINDERED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How this member stands, as other threads see it: all of it of one moment. */
    private record View(Role role, long roleSince, int leader, long leaderSince, int standby, boolean inStep) {}

    private final GroupKey key;
    private final String controlChannel;
    private final Session session;
    private final Lease lease;
    private final Counters counters = new Counters();
    private final LocalSubscriptions alternates;
    private final Leadership<Notification> leadership;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Trouble trouble;
    private volatile View view = new View(Role.DISCONNECTED, System.nanoTime(), 0, Leadership.NEVER, 0, false);
    private volatile int undeposable;

    // These belong to the session's thread.
    private SessionStream stream;
    private final Set<Lock> held = EnumSet.noneOf(Lock.class);
    private boolean asksToListen;
    private final Set<String> listening = new HashSet<>();
    /** The word that it has joined, which waits until it listens; null: none. */
    private ControlMessage join;
    /** Since when it could not do what a leader has to; NEVER: it could. */
    private long hinderedSince = Leadership.NEVER;
    /** What was logged last; null: nothing that still holds. */
    private String said;
    /** Whether it stops only to take part again. */
    private boolean stepsAside;
    /** Whether {@link #handOn} will come. */
    private boolean collecting;
    private long disconnectedAt = Leadership.NEVER;
    private long missedSince = Leadership.NEVER;
    /** When the stream that broke last was known to be whole. */
    private long lastProof;
    /** Whether the leadership has not heard of that break to the end: it may lack memory for it. */
    private boolean breaks;

    public GroupMembership(SubscriptionOptions options, Session session, Executor callbacks) {
        this.key = new GroupKey(options.channel(), options.group());
        this.controlChannel = key.controlChannel();
        this.session = session;
        this.lease = Lease.of(options.leaderTimeout().toNanos());
        this.alternates = new LocalSubscriptions(new DeliveryQueue(options, lease, counters, session::wake), callbacks);
        this.trouble = new Trouble(alternates::isDeserted, alternates::replaceTheDead);
        this.leadership = new Leadership<>(
                new LeadOptions(options.acquireInterval(), options.leaderTimeout(), options.standbyBuffer()), this,
                () -> new Entries<>(options.memory(), Notification::bytes), new SecureRandom());
    }

    /** Takes part from now on. Called once it has a subscription, which is to hear of it, and for each further one in vain. */
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

    public LocalSubscriptions alternates() {
        return alternates;
    }

    public Counters counters() {
        return counters;
    }

    boolean isReceiving() {
        return view.role == Role.LEADER && lease.isHeld();
    }

    /** What a thread asks that is about to begin a message. */
    boolean mayProcess() {
        return view.role == Role.LEADER && lease.isValid();
    }

    SubscriptionStatus status(boolean thisOneReceives) {
        long now = System.nanoTime();
        View seen = view;
        GroupStatus group = new GroupStatus(seen.role, Duration.ofNanos(now - seen.roleSince), seen.leader,
                seen.leaderSince == Leadership.NEVER ? null : Duration.ofNanos(now - seen.leaderSince), seen.standby, seen.inStep,
                undeposable);
        return new SubscriptionStatus(session.status(), thisOneReceives, group, alternates.queue().size(),
                alternates.queue().capacity(), counters.counts(), trouble.reason());
    }

    /** Asks the server who holds the group's locks. */
    List<GroupMember> members() throws SQLException, InterruptedException {
        CompletableFuture<List<GroupMember>> members = new CompletableFuture<>();
        session.execute(() -> askForMembers(members));
        try {
            return members.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new SQLException("The members of group " + key.group() + " can't be asked for: no connection", e);
        }
    }

    private void askForMembers(CompletableFuture<List<GroupMember>> members) {
        if (stream == null) {
            members.completeExceptionally(new SQLException("not connected"));
            return;
        }
        stream.holders(lockKeys(), holders -> {
            Set<Integer> present = members(holders);
            stream.names(present, names -> members.complete(present.stream()
                    .map(each -> new GroupMember(each, names.getOrDefault(each, ""), each == one(holders, Lock.LEADER),
                            each == one(holders, Lock.STANDBY))).toList()));
        });
    }

    /** Begins the orderly end: hands over what has not begun, finishes what has, and gives the lock back. */
    void stop() {
        session.execute(() -> {
            stepsAside = false;
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
        session.execute(() -> leadership.giveUpDraining(System.nanoTime()));
    }

    /** False: the time was up before. */
    public boolean awaitStopped(long longestNanos) throws InterruptedException {
        return stopped.await(longestNanos, TimeUnit.NANOSECONDS);
    }

    // ---- what the session tells

    @Override
    public String name() {
        return alternates.names();
    }

    @Override
    public void connected(SessionStream newStream) {
        stream = newStream;
        held.clear();
        asksToListen = false;
        listening.clear();
        join = null;
        long now = System.nanoTime();
        leadership.connected(stream.backend(), new ServerRun(stream.server(), stream.serverUptime()), now);
        if (disconnectedAt != Leadership.NEVER) {
            alternates.reconnected(Duration.ofNanos(now - disconnectedAt));
        }
    }

    @Override
    public void missed(long since) {
        missedSince = since;
    }

    @Override
    public void disconnected() {
        long now = System.nanoTime();
        if (stream != null) {
            lastProof = stream.lastProof();
            stream = null;
            trouble.granted();
            disconnectedAt = missedSince == Leadership.NEVER ? now : missedSince;
            missedSince = Leadership.NEVER;
            breaks = true;
        }
        if (breaks) {
            leadership.disconnected(lastProof, disconnectedAt, now);
            breaks = false;
        }
    }

    @Override
    public void received(Notification notification) {
        collecting = true;
        if (notification.channel().equals(controlChannel)) {
            ControlMessage.decode(notification.payload())
                    .ifPresent(message -> leadership.control(notification.backend(), message, System.nanoTime()));
        } else {
            leadership.data(notification, System.nanoTime());
        }
    }

    @Override
    public void handOn() {
        collecting = false;
        alternates.queue().flush();
    }

    @Override
    public boolean ready() {
        return leadership.ready();
    }

    @Override
    public void tick() {
        long now = System.nanoTime();
        if (stream != null) {
            lease.pulse(stream.lastProof());
            leadership.roundTrip(stream.roundTrip());
        }
        leadership.tick(now);
        trouble.look(now);
        stepAsideIfHindered(now);
        show(view.roleSince);
        if (undeposable != 0 && !leadership.isLeaderSilent()) {
            undeposable = 0;
        }
    }

    @Override
    public Sign signOfLife(int auxiliary) {
        long now = System.nanoTime();
        ControlMessage sign = leadership.signOfLife(auxiliary, now);
        return sign == null ? null : new Sign(controlChannel, sign.encode(), key.key(Lock.LEADER), key.key(Lock.STANDBY),
                standby -> leadership.signSent(standby, System.nanoTime()));
    }

    @Override
    public OptionalLong wantsProof() {
        return lease.isPulseWanted() && held.contains(Lock.LEADER) ? OptionalLong.of(key.key(Lock.LEADER)) : OptionalLong.empty();
    }

    @Override
    public void proven(long at) {
        lease.pulse(at);
        lease.renew(at, 0);
    }

    @Override
    public void failed(Exception failure) {
        settled.countDown();
        alternates.failed(failure);
    }

    @Override
    public void refused(SQLException refusal) {
        trouble.refused(refusal);
        failed(refusal);
    }

    @Override
    public void granted() {
        trouble.granted();
    }

    @Override
    public void gaveUp(Exception failure) {
        settled.countDown();
        alternates.gaveUp(failure);
    }

    // ---- what keeps it from leading

    /** Whether it could not do what a leader has to: it would be deaf, or nobody would take what it hears. */
    private boolean isHindered() {
        return asksToListen && !isListening() && trouble.isRefused() || alternates.isDeserted();
    }

    private boolean isListening() {
        return listening.size() == CHANNELS;
    }

    /**
     * Who is hindered for long gives its place to others of the group: as for an orderly stop, and takes part again as a cold member
     * that tries no lock meanwhile. A leader does so only where a standby has what this one would leave undone.
     */
    private void stepAsideIfHindered(long now) {
        if (!isHindered()) {
            hinderedSince = Leadership.NEVER;
            stepsAside = stepsAside && !leadership.goOn();
            return;
        }
        hinderedSince = hinderedSince == Leadership.NEVER ? now : hinderedSince;
        Role role = leadership.role();
        boolean mayLeave = role == Role.STANDBY || role == Role.LEADER && leadership.isInStep();
        if (mayLeave && !stepsAside && !leadership.isStopping() && now - hinderedSince > HINDERED_NANOS) {
            LOG.warn("Channel {}, group {}: steps aside as {}, because it could not receive. {}", key.channel(), key.group(), role,
                    trouble.reason());
            stepsAside = true;
            leadership.stop(now);
        }
    }

    /** On the session's thread, after the end of the leadership's own. */
    private void takePartAgain() {
        if (stepsAside) {
            stepsAside = false;
            leadership.again();
            if (stream != null) {
                leadership.connected(stream.backend(), new ServerRun(stream.server(), stream.serverUptime()), System.nanoTime());
            }
        }
    }

    // ---- what the leadership wants of the session

    @Override
    public void share(Lock lock) {
        held.add(lock);
        stream.shareLock(key.key(lock));
    }

    @Override
    public void unshare(Lock lock) {
        held.remove(lock);
        stream.unshareLock(key.key(lock));
    }

    @Override
    public void poll(Lock tried) {
        boolean[] acquired = {false};
        if (tried != null && !isHindered()) {
            tryLock(tried, acquired);
        }
        stream.holders(lockKeys(), holders -> {
            int self = stream.backend();
            List<Integer> witnesses = holders.getOrDefault(key.key(Lock.WITNESS), List.of());
            Poll poll = new Poll(tried, acquired[0], one(holders, Lock.LEADER), one(holders, Lock.STANDBY),
                    members(holders).size(), (int) witnesses.stream().filter(each -> each != self).count());
            leadership.polled(poll, System.nanoTime());
            if (poll.leader() != 0 && poll.leader() != self) {
                say("stands by while another one receives");
                settled.countDown();
            }
        });
    }

    private void tryLock(Lock tried, boolean[] acquired) {
        stream.tryLock(key.key(tried), answer -> {
            if (answer && isHindered()) {
                // Its LISTEN has been refused since it asked.
                stream.unlock(key.key(tried), () -> { });
            } else if (answer) {
                acquired[0] = true;
                held.add(tried);
            }
        });
    }

    private List<Long> lockKeys() {
        return Arrays.stream(Lock.values()).map(key::key).toList();
    }

    private int one(Map<Long, List<Integer>> holders, Lock lock) {
        List<Integer> backends = holders.getOrDefault(key.key(lock), List.of());
        return backends.isEmpty() ? 0 : backends.get(0);
    }

    private Set<Integer> members(Map<Long, List<Integer>> holders) {
        Set<Integer> all = new TreeSet<>(holders.getOrDefault(key.key(Lock.PRESENCE), List.of()));
        all.addAll(holders.getOrDefault(key.key(Lock.WITNESS), List.of()));
        return all;
    }

    @Override
    public void unlock(Lock lock) {
        held.remove(lock);
        stream.unlock(key.key(lock), () -> leadership.unlocked(lock, System.nanoTime()));
    }

    @Override
    public void listen() {
        asksToListen = true;
        for (String channel : List.of(key.channel(), controlChannel)) {
            stream.listen(channel, this, () -> {
                listening.add(channel);
                if (isListening() && join != null) {
                    ControlMessage said = join;
                    join = null;
                    send(said);
                }
            });
        }
    }

    @Override
    public void send(ControlMessage message) {
        if (message.type() == ControlMessage.Type.JOIN && !isListening()) {
            // Who says that it has joined, and is deaf, would be taken for one that holds what comes.
            join = message;
            return;
        }
        stream.notify(controlChannel, message.encode(),
                committed -> leadership.sent(message, committed, System.nanoTime()));
    }

    @Override
    public void terminate(int backend, Lock lock) {
        if (backend != undeposable) {
            LOG.warn("Channel {}, group {}: backend {} holds the {} lock and shows no life; ending its session", key.channel(),
                    key.group(), backend, lock);
        }
        stream.terminate(backend, key.key(lock),
                allowed -> leadership.terminated(backend, lock, allowed, System.nanoTime()));
    }

    // ---- what the leadership wants of the queue

    @Override
    public boolean hasRoom() {
        return alternates.queue().hasRoom();
    }

    @Override
    public boolean hasRoomForHeld() {
        return alternates.queue().hasRoomForHeld();
    }

    @Override
    public void deliver(Entry<Notification> entry) {
        if (entry.gap() == null && entry.message().own() && alternates.filtered()) {
            counters.filtered.increment();
            alternates.queue().skip(entry.place());
            return;
        }
        if (entry.gap() != null && !entry.gap().first()) {
            counters.gap(entry.gap().millis());
            LOG.warn("Channel {}, group {}: messages may have been missed{}", key.channel(), key.group(),
                    entry.gap().millis() == 0 ? "; for how long can't be known" : " for " + entry.gap().millis() + " ms");
        }
        alternates.queue().put(entry);
        if (!collecting) {
            alternates.queue().flush();
        }
    }

    @Override
    public void open(long from) {
        alternates.queue().open(from);
    }

    @Override
    public void openUnfenced(long from) {
        lease.lift();
        alternates.queue().open(from);
    }

    @Override
    public void renewLease(long since, long grace) {
        lease.renew(since, grace);
    }

    @Override
    public List<Entry<Notification>> withdraw() {
        return alternates.queue().withdraw();
    }

    @Override
    public long watermark() {
        return alternates.queue().watermark();
    }

    @Override
    public long begunUpTo() {
        return alternates.queue().begunUpTo();
    }

    @Override
    public boolean isGapUnhandled() {
        return alternates.queue().isGapUnhandled();
    }

    @Override
    public boolean isIdle() {
        return alternates.queue().isIdle();
    }

    @Override
    public void awaitIdle() {
        alternates.queue().whenIdle(() -> session.execute(() -> leadership.drained(System.nanoTime())));
    }

    // ---- what others see

    @Override
    public void changed(Role newRole, boolean newInStep, String reason) {
        long now = System.nanoTime();
        Role role = view.role;
        Duration after = Duration.ofNanos(now - view.roleSince);
        show(newRole == role ? view.roleSince : now);
        alternates.roleChanged(new RoleChange(role, newRole, newInStep, reason, after));
        if (newRole != role) {
            LOG.debug("Channel {}, group {}: {} ({}), after {} ms as {}", key.channel(), key.group(), newRole, reason,
                    after.toMillis(), role);
        } else {
            LOG.debug("Channel {}, group {}: {} is {} ({})", key.channel(), key.group(), role, newInStep ? "in step" : "not in step",
                    reason);
        }
        if (newRole == Role.LEADER) {
            say("receives");
        } else if (newRole == Role.DISCONNECTED || newRole == Role.RESIGNING) {
            said = null;
        }
        if (newRole == Role.TAKING_OVER || newRole == Role.LEADER) {
            settled.countDown();
        }
    }

    /** In the user's words and once; how it comes about is there at DEBUG. */
    private void say(String what) {
        if (!what.equals(said)) {
            said = what;
            LOG.info("{}, group {}: {}", alternates.names(), key.group(), what);
        }
    }

    private void show(long roleSince) {
        View now = new View(leadership.role(), roleSince, leadership.leader(), leadership.leaderSince(), leadership.standby(),
                leadership.isInStep());
        if (!now.equals(view)) {
            view = now;
        }
    }

    @Override
    public void cannotDepose(int backend) {
        if (undeposable != backend) {
            undeposable = backend;
            LOG.error("Channel {}, group {}: backend {} leads and shows no life, and this user may not end its session"
                    + " (pg_terminate_backend needs the same role, or membership in pg_signal_backend)", key.channel(), key.group(),
                    backend);
        }
    }

    @Override
    public void stopped() {
        giveBackLocks();
        if (stepsAside) {
            // It goes on listening, or trying to: so it learns when it can take part again.
            session.execute(this::takePartAgain);
        } else {
            leave();
        }
    }

    private void giveBackLocks() {
        join = null;
        if (stream != null) {
            for (Lock lock : held) {
                if (lock == Lock.PRESENCE || lock == Lock.WITNESS) {
                    stream.unshareLock(key.key(lock));
                } else {
                    stream.unlock(key.key(lock), () -> { });
                }
            }
            held.clear();
        }
    }

    private void leave() {
        if (stream != null) {
            stream.unlisten(key.channel(), this);
            stream.unlisten(controlChannel, this);
        }
        session.remove(this);
        settled.countDown();
        stopped.countDown();
    }
}
