package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.delivery.Intake;
import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Effects;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the requests of a member's {@link Leadership}: to the session, to the queue, and to the view for operators. Belongs to
 * the session's thread, except the {@link #view}.
 */
final class LeadershipEffects implements Effects<Notification> {

    /** Operators know this name for a member's roles. */
    private static final Logger LOG = LoggerFactory.getLogger(GroupMembership.class);

    /** Numbers the leaderships of this process, of all groups. */
    private static final AtomicLong TERMS = new AtomicLong();

    private final GroupKey key;
    private final MemberDelivery delivery;
    private final Intake intake;
    private final SessionThread thread;
    private final Trouble trouble;
    private final Runnable settled;
    private final Runnable ended;
    private final Leadership<Notification> leadership;
    /** Number of the leadership that began last; 0: none did. Written before the view shows the leader. */
    private volatile long term;
    private volatile MembershipView view = MembershipView.disconnected(System.nanoTime());
    /** Null: not connected. */
    private @Nullable MemberStream stream;
    /** The last line logged at INFO; null: none that still holds. */
    private @Nullable String said;
    /** Whether the session is passing on notifications, so that {@link #handOn} will follow. */
    private boolean collecting;

    /**
     * @param settled    called when it is decided who leads
     * @param ended      called at the orderly end of the leadership, when all locks are released
     * @param leadership creates the leadership for these effects
     */
    LeadershipEffects(GroupKey key, MemberDelivery delivery, SessionThread thread, Trouble trouble, Runnable settled,
            Runnable ended, Function<Effects<Notification>, Leadership<Notification>> leadership) {
        this.key = key;
        this.delivery = delivery;
        this.intake = delivery.intake();
        this.thread = thread;
        this.trouble = trouble;
        this.settled = settled;
        this.ended = ended;
        this.leadership = leadership.apply(this);
    }

    /** Takes the session's events; its requests come back as effects. */
    Leadership<Notification> leadership() {
        assert thread.isCurrent();
        return leadership;
    }

    // ---- the session

    void connected(MemberStream newStream) {
        assert thread.isCurrent();
        stream = newStream;
    }

    void disconnected() {
        assert thread.isCurrent();
        stream = null;
    }

    /** Takes requests to the session; null: not connected. */
    @Nullable
    MemberStream stream() {
        assert thread.isCurrent();
        return stream;
    }

    /** For requests of the leadership, which makes none while it is not connected. */
    private MemberStream current() {
        assert stream != null;
        return stream;
    }

    /** Whether the member could not do the work of a leader. */
    boolean isHindered() {
        assert thread.isCurrent();
        return trouble.hinders(stream != null && stream.isDeaf());
    }

    @Override
    public void share(Lock lock) {
        current().share(lock);
    }

    @Override
    public void unshare(Lock lock) {
        current().unshare(lock);
    }

    @Override
    public void poll(@Nullable Lock tried) {
        MemberStream asked = current();
        asked.poll(tried, this::isHindered, poll -> {
            if (poll.leader() != 0 && poll.leader() != asked.session().backend()) {
                say("stands by while another member receives");
                settled.run();
            }
        });
    }

    @Override
    public void unlock(Lock lock) {
        current().unlock(lock);
    }

    @Override
    public void listen() {
        current().listen();
    }

    @Override
    public void send(ControlMessage message) {
        current().send(message);
    }

    @Override
    public void terminate(int backend, Lock lock) {
        if (backend != view.undeposable()) {
            LOG.warn("{}: backend {} holds the lock {} and shows no sign of life; ending its session",
                    delivery.subscriptions().titles(), backend, lock);
        }
        current().terminate(backend, lock);
    }

    @Override
    public void stopped() {
        if (stream != null) {
            stream.releaseLocks();
        }
        ended.run();
    }

    // ---- the queue

    /** Called for each received notification; {@link #handOn} will follow. */
    void collect() {
        assert thread.isCurrent();
        collecting = true;
    }

    /** Hands over what was received. */
    void handOn() {
        collecting = false;
        intake.flush();
    }

    @Override
    public boolean hasRoom() {
        return intake.hasRoom();
    }

    @Override
    public boolean hasRoomForHeld() {
        return intake.hasRoomForHeld();
    }

    @Override
    public void deliver(Entry<Notification> entry) {
        Notification message = entry.message();
        if (message != null && message.own() && delivery.subscriptions().filtered()) {
            delivery.counters().filtered.increment();
            intake.skip(entry.place());
            return;
        }
        intake.put(entry);
        if (!collecting) {
            intake.flush();
        }
        Entry.Gap gap = entry.gap();
        if (gap != null && !gap.first() && !delivery.subscriptions().isElection()) {
            delivery.counters().gap(gap.millis());
            LOG.warn("{}: messages may have been missed{}", delivery.subscriptions().titles(),
                    gap.millis() == 0 ? " for an unknown time" : " for " + gap.millis() + " ms");
        }
    }

    @Override
    public void open(long from) {
        // A member that was on its own and has joined again leads under the same conditions as any other.
        delivery.lease().impose();
        intake.open(from);
    }

    @Override
    public void openUnfenced(long from) {
        delivery.lease().lift();
        intake.open(from);
    }

    @Override
    public void renewLease(long since, long grace) {
        delivery.lease().renew(since, grace);
    }

    @Override
    public List<Entry<Notification>> withdraw() {
        return intake.withdraw();
    }

    @Override
    public long watermark() {
        return intake.watermark();
    }

    @Override
    public long begunUpTo() {
        return intake.begunUpTo();
    }

    @Override
    public boolean isGapUnhandled() {
        return intake.isGapUnhandled();
    }

    @Override
    public boolean isIdle() {
        return intake.isIdle();
    }

    @Override
    public void awaitIdle() {
        intake.whenIdle(() -> thread.execute(() -> leadership.drained(System.nanoTime())));
    }

    // ---- the view

    /** The member's state, for any thread. */
    MembershipView view() {
        return view;
    }

    /** Number of this member's latest leadership, for any thread; 0: it has not led. */
    long term() {
        return term;
    }

    /** Updates the view between changes of the role. Called often. */
    void refreshView() {
        show(view.roleSince());
        if (view.undeposable() != 0 && !leadership.isLeaderSilent()) {
            view = view.withUndeposable(0);
        }
    }

    @Override
    public void changed(Role newRole, boolean newInStep, String reason) {
        long now = System.nanoTime();
        Role role = view.role();
        Duration after = Duration.ofNanos(now - view.roleSince());
        if (newRole == Role.LEADER && role != Role.LEADER) {
            term = TERMS.incrementAndGet();
        }
        show(newRole == role ? view.roleSince() : now);
        delivery.subscriptions().roleChanged(new RoleChange(role, newRole, newInStep, reason, after));
        if (newRole != role) {
            LOG.debug("Channel {}, group {}: {} ({}), after {} ms as {}", key.channel(), key.group(), newRole, reason,
                    after.toMillis(), role);
        } else {
            LOG.debug("Channel {}, group {}: {} is {} ({})", key.channel(), key.group(), role,
                    newInStep ? "in step" : "not in step",
                    reason);
        }
        if (newRole == Role.LEADER) {
            say("receives");
        } else if (newRole == Role.DISCONNECTED || newRole == Role.RESIGNING) {
            said = null;
        }
        if (newRole == Role.TAKING_OVER || newRole == Role.LEADER) {
            settled.run();
        }
    }

    @Override
    public void cannotDepose(int backend) {
        if (view.undeposable() != backend) {
            view = view.withUndeposable(backend);
            LOG.error("{}: backend {} leads and shows no sign of life, and this user may not end its session"
                    + " (pg_terminate_backend needs the same role, or membership in pg_signal_backend)",
                    delivery.subscriptions().titles(), backend);
        }
    }

    @Override
    public void lost(int messages) {
        delivery.counters().gap(0);
        LOG.warn("{}: another member has led since the connection broke; messages received before that are lost: {}",
                delivery.subscriptions().titles(), messages);
    }

    private void show(long roleSince) {
        assert thread.isCurrent();
        MembershipView now = view.of(leadership, roleSince);
        if (!now.equals(view)) {
            view = now;
        }
    }

    /** Logs a line once, in terms of the user's options; the roles and reasons are logged at DEBUG. */
    private void say(String what) {
        if (!what.equals(said)) {
            said = what;
            LOG.info("{}: {}", delivery.subscriptions().titles(), what);
        }
    }
}
