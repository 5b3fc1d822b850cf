package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What all roles of a member share, and the only way from one role to the next. Not thread-safe, like the whole package.
 */
final class Member<M> {

    /** Longest interval between a leader's reports. */
    private static final long SIGN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long SHORT_SIGN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Reports in the time that it takes to fill the standby's buffer. */
    private static final int REPORTS_A_BUFFER = 8;

    final Effects<M> effects;
    final long acquireNanos;
    final long leaderTimeout;
    final long signNanos;
    final int standbyBuffer;
    private final Supplier<Entries<M>> lists;
    private final RandomGenerator random;

    final ControlChannel control;
    final LockPolling locks;
    final Presence presence;
    final StreamView<M> stream = new StreamView<>();
    /** What is left of a broken stream. */
    final Remnant<M> remnant;
    final Reports reports;
    final SignsOfLife signs = new SignsOfLife();
    final Challenge watchedLeader = new Challenge();
    final Challenge watchedStandby = new Challenge();
    /** Backend of a leader that shows no sign of life and that this user may not end; 0: none. */
    int undeposable;
    /** Time before which a standby does not answer another challenge. */
    long nextAnswer;

    private State<M> state;
    private int backend;
    /** Null: not connected yet. */
    private @Nullable ServerRun run;
    private long connectedAt;
    private long roundTrip;
    private boolean listening;
    private boolean stopping;
    private boolean givesUp;

    /**
     * @param entries creates an empty list of messages
     * @param random  source of the names of this member and its terms, which others must not be able to guess
     */
    Member(LeadOptions options, Effects<M> effects, Supplier<Entries<M>> entries, RandomGenerator random) {
        this.effects = effects;
        this.lists = entries;
        this.random = random;
        this.acquireNanos = options.acquireInterval().toNanos();
        this.leaderTimeout = options.leaderTimeout().toNanos();
        this.signNanos = leaderTimeout == 0 ? SIGN_NANOS : Math.min(SIGN_NANOS, leaderTimeout / 6);
        this.standbyBuffer = options.standbyBuffer();
        this.control = new ControlChannel(effects, word());
        this.locks = new LockPolling(effects, acquireNanos);
        this.presence = new Presence(effects);
        this.remnant = new Remnant<>(newList());
        this.reports = new Reports(signNanos, standbyBuffer / REPORTS_A_BUFFER);
        this.state = new Disconnected<>(this);
    }

    // ---- the member

    int backend() {
        return backend;
    }

    /** The run of the current or last connection's server. */
    private ServerRun run() {
        assert run != null;
        return run;
    }

    State<M> state() {
        return state;
    }

    long roundTrip() {
        return roundTrip;
    }

    void roundTrip(long nanos) {
        roundTrip = nanos;
    }

    boolean isStopping() {
        return stopping;
    }

    void setStopping(boolean stops) {
        stopping = stops;
    }

    boolean isGivingUp() {
        return givesUp;
    }

    /**
     * Whether the handler's queue has room for an entry that is held already. A stopping member must get to the end, and moving an
     * entry takes no more memory than before.
     */
    boolean hasRoom() {
        return effects.hasRoom() || (stopping && effects.hasRoomForHeld());
    }

    /** This member's grace, in nanoseconds: announced to its successor, and the minimum that it waits when it takes over itself. */
    long grace() {
        return Leadership.GRACE.toNanos() + 2 * roundTrip;
    }

    /** How long messages may have been missed, in milliseconds; 0: unknown. */
    long missedMillis(long now) {
        return remnant.brokenAt() == Leadership.NEVER ? 0 : Leadership.millis(now - remnant.brokenAt());
    }

    /** A random word that nobody else can guess. */
    String word() {
        return Long.toString(random.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
    }

    Entries<M> newList() {
        return lists.get();
    }

    // ---- the connection

    /** A stream begins. */
    void connected(int newBackend, ServerRun newRun, long now) {
        backend = newBackend;
        run = newRun;
        connectedAt = now;
        listening = false;
        stream.begin();
        locks.connected();
        signs.connected();
    }

    /** The stream is gone. Next, the state adds what it must keep to the remnant. */
    void disconnected() {
        remnant.lost(run, backend);
        control.disconnected();
    }

    /** Starts to listen, unless it listens already. */
    void listen() {
        if (!listening) {
            listening = true;
            effects.listen();
        }
    }

    /** Challenges a silent member, and ends its session if it does not answer. */
    void watch(Challenge watched, Lock lock, long limit, long now) {
        if (watched.isDue(now, limit)) {
            String token = control.token();
            watched.asked(token);
            control.send(ControlMessage.of(ControlMessage.Type.CHALLENGE, token).with("to", watched.backend()));
        } else if (watched.isUnanswered(now, limit / 3)) {
            effects.terminate(watched.backend(), lock);
            watched.heard(now);
        }
    }

    /** For a cold member and a standby: observes whether another member leads or has led, and ends this member's former session. */
    void observeLeader(Poll poll) {
        presence.observeWitnesses(poll);
        endFormerSession(poll.leader(), Lock.LEADER);
        endFormerSession(poll.standby(), Lock.STANDBY);
        if (!remnant.isFormer(poll.leader(), run()) && !remnant.isFormer(poll.standby(), run())) {
            remnant.forgetFormer();
        }
        if (poll.leader() != 0 && poll.leader() != backend && !remnant.isFormer(poll.leader(), run())) {
            int lost = remnant.onlyHere();
            remnant.drop();
            presence.witnessed();
            if (lost > 0) {
                effects.lost(lost);
            }
        }
    }

    /** Ends the session from before the last loss, if the server has not noticed the loss and the session still holds the lock. */
    private void endFormerSession(int holder, Lock lock) {
        if (remnant.isFormer(holder, run()) && holder != backend && remnant.isToBeEnded()) {
            effects.terminate(holder, lock);
        }
    }

    /** Whether the next ticks are needed: something is under way or close at hand. Signs so frequent need all ticks. */
    boolean isBusy(long now) {
        return stopping || control.hasUnsent() || signNanos < SHORT_SIGN_NANOS
                || state.isBusy(now + Leadership.QUIET_TICK.toNanos());
    }

    // ---- from one role to the next

    /** The only way from one role to the next. */
    void become(State<M> next, String reason) {
        if (!Transitions.allow(state.role(), next.role())) {
            throw new IllegalStateException("A member that is " + state.role() + " can't become " + next.role());
        }
        state = next;
        effects.changed(next.role(), next.holdsAll(), reason);
    }

    /** This member has got the standby's lock. */
    void standBy(Poll poll, long now) {
        Following<M> following = new Following<>(this);
        following.foundLeader(poll.leader() != 0);
        following.doubts.firstLook(locks.askedAt());
        following.believe(poll.leader(), now);
        if (remnant.isFormer(poll.leader(), run())) {
            remnant.certain();
        }
        Standby<M> standby = new Standby<>(this, following);
        become(standby, "got the standby's lock");
        standby.begin(now);
    }

    /** This member has got the leader's lock. */
    void takeOver(Following<M> following, boolean holdsStandbyLock, long now) {
        TakingOver<M> takingOver = new TakingOver<>(this, following, holdsStandbyLock, now);
        become(takingOver, following.hasResigned() ? "the leader resigned"
                : following.isWithoutPredecessor() ? "nobody leads" : "the leader is gone");
        if (!remnant.isResumable(run(), connectedAt, now)) {
            remnant.drop();
        }
        takingOver.begin(now);
    }

    /** This member has read everything before its TAKEOVER, and no other member can begin messages any more. */
    void lead(Following.Inheritance<M> inheritance, Heir heir, boolean holdsStandbyLock, long announcedGrace, long now) {
        long completeBefore = inheritance.entries().isEmpty() ? stream.place() : inheritance.entries().get(0).place();
        Leader<M> leader = new Leader<>(this, new Term<>(this, inheritance, heir, now));
        become(leader, "inherits " + inheritance.entries().size() + " messages and gaps");
        effects.renewLease(reports.sentAt(), announcedGrace);
        effects.open(completeBefore);
        if (holdsStandbyLock) {
            effects.unlock(Lock.STANDBY);
        }
        leader.begin(now);
    }

    /** The end. {@link Effects#stopped} releases the remaining locks. */
    void finish() {
        if (state.role() != Role.STOPPED) {
            state.discard();
            remnant.drop();
            become(new Stopped<>(this), "stopped");
            effects.stopped();
        }
    }

    // ---- leaving

    /** For a member that neither leads nor stands by: whether it may leave, because it stops and has no remnant. */
    boolean isFreeToLeave() {
        return stopping && remnant.isEmpty();
    }

    /**
     * Gives up the messages of the remnant or, if there is none, of the inheritance: they become a gap.
     *
     * @param inherited null: nothing
     */
    void giveUp(@Nullable Entries<M> inherited, long now) {
        effects.withdraw();
        Entries<M> left = remnant.isEmpty() ? inherited : remnant.entries();
        if (left == null || left.isEmpty()) {
            finish();
        } else {
            givesUp = true;
            long place = left.peek().place();
            left.clear();
            effects.open(place);
            effects.deliver(Entry.gap(place, missedMillis(now), false));
            effects.awaitIdle();
        }
    }

    /** After the end: the member may join again. */
    void again() {
        become(new Disconnected<>(this), "joins again");
        stopping = false;
        givesUp = false;
    }
}
