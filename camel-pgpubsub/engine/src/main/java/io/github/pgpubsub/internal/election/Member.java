package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What all roles of a member share, and the only door from one role to the next. Not thread-safe, like all of this package.
 */
final class Member<M> {

    /** Longest silence of a leader. */
    private static final long SIGN_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Reports in the time that it takes to fill a standby's buffer. */
    private static final int REPORTS_A_BUFFER = 8;

    final Effects<M> effects;
    final long acquireNanos;
    final long leaderTimeout;
    final long signNanos;
    final int standbyBuffer;
    private final Supplier<Entries<M>> lists;
    private final RandomGenerator random;

    final ControlChannel control;
    final LockLooks locks;
    final Presence presence;
    final StreamView<M> stream = new StreamView<>();
    /** What a member keeps when its stream breaks. */
    final Remnant<M> remnant;
    final Reports reports;
    final SignsOfLife signs = new SignsOfLife();
    final Challenge watchedLeader = new Challenge();
    final Challenge watchedStandby = new Challenge();
    /** A leader that shows no life and that this user may not end; 0: no such. */
    int undeposable;
    /** Before this time a standby does not answer another challenge. */
    long nextAnswer;

    private State<M> state;
    private int backend;
    /** Null: it has not been connected yet. */
    private @Nullable ServerRun run;
    private long connectedAt;
    private long roundTrip;
    private boolean listening;
    private boolean stopping;
    private boolean givesUp;

    /**
     * @param entries makes an empty list of messages
     * @param random  names this member and its terms: others must not be able to guess it
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
        this.locks = new LockLooks(effects, acquireNanos);
        this.presence = new Presence(effects);
        this.remnant = new Remnant<>(newList());
        this.reports = new Reports(signNanos, standbyBuffer / REPORTS_A_BUFFER);
        this.state = new Disconnected<>(this);
    }

    // ---- the member

    int backend() {
        return backend;
    }

    /** Of the server to which it is connected, or was. */
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

    /** For what is held already. A stopping member has to get to the end, and what it moves takes no more memory than before. */
    boolean hasRoom() {
        return effects.hasRoom() || (stopping && effects.hasRoomForHeld());
    }

    /** How long whoever takes over from this member waits, if it has not heard otherwise. */
    long grace() {
        return Leadership.GRACE.toNanos() + 2 * roundTrip;
    }

    /** Duration for which messages may have been missed, milliseconds; 0: nobody can know. */
    long missedMillis(long now) {
        return remnant.brokenAt() == Leadership.NEVER ? 0 : Leadership.millis(now - remnant.brokenAt());
    }

    /** A word that nobody else can guess. */
    String word() {
        return Long.toString(random.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
    }

    Entries<M> newList() {
        return lists.get();
    }

    // ---- the connection

    /** There is a stream. */
    void connected(int newBackend, ServerRun newRun, long now) {
        backend = newBackend;
        run = newRun;
        connectedAt = now;
        listening = false;
        stream.begin();
        locks.connected();
        control.connected();
        signs.connected();
    }

    /** There is no stream any more; what the role has to keep of it is added to this remnant next. */
    void disconnected() {
        remnant.lost(run, backend);
    }

    /** Listens, unless it does already. */
    void listen() {
        if (!listening) {
            listening = true;
            effects.listen();
        }
    }

    /** Asks a silent member for a sign of life, and ends its session if it gives none. */
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

    /** As cold or standby: whether another member leads, or has led, and whether this member's former session still holds a lock. */
    void lookForLeader(Poll poll) {
        presence.lookForWitnesses(poll);
        endFormerSession(poll.leader(), Lock.LEADER);
        endFormerSession(poll.standby(), Lock.STANDBY);
        if (poll.leader() != 0 && poll.leader() != backend && !remnant.isFormer(poll.leader(), run())) {
            remnant.drop();
            presence.witnessed();
        }
    }

    /** This member's session before the last loss, of which the server does not know yet that nobody is there any more. */
    private void endFormerSession(int holder, Lock lock) {
        if (remnant.isFormer(holder, run()) && holder != backend && remnant.isToBeEnded()) {
            effects.terminate(holder, lock);
        }
    }

    // ---- from one role to the next

    /** The only door. */
    void become(State<M> next, String reason) {
        if (!Transitions.allow(state.role(), next.role())) {
            throw new IllegalStateException("A member that is " + state.role() + " can't become " + next.role());
        }
        state = next;
        effects.changed(next.role(), next.holdsAll(), reason);
    }

    /** This member has got the standby's place. */
    void standBy(Poll poll, long now) {
        Following<M> following = new Following<>(this);
        following.foundLeader(poll.leader() != 0);
        following.doubts.firstLook(locks.askedAt());
        following.believe(poll.leader(), now);
        if (remnant.isFormer(poll.leader(), run())) {
            remnant.certain();
        }
        Standby<M> standby = new Standby<>(this, following);
        become(standby, "has the standby's place");
        standby.begin(now);
    }

    /** This member has got the leader's lock. */
    void takeOver(Following<M> following, boolean holdsPlace, long now) {
        TakingOver<M> takingOver = new TakingOver<>(this, following, holdsPlace, now);
        become(takingOver, following.hasResigned() ? "the leader resigned"
                : following.isWithoutPredecessor() ? "nobody leads" : "the leader is gone");
        if (!remnant.isResumable(run(), connectedAt, now)) {
            remnant.drop();
        }
        takingOver.begin(now);
    }

    /** This member has read all that lies before its take-over, and nobody else can begin anything any more. */
    void lead(Following.Inheritance<M> inheritance, Heir heir, boolean holdsPlace, long now) {
        long completeBefore = inheritance.entries().isEmpty() ? stream.place() : inheritance.entries().get(0).place();
        Leader<M> leader = new Leader<>(this, new Term<>(this, inheritance, heir, now));
        become(leader, "inherits " + inheritance.entries().size() + " messages and gaps");
        effects.renewLease(reports.sentAt(), grace());
        effects.open(completeBefore);
        if (holdsPlace) {
            effects.unlock(Lock.STANDBY);
        }
        leader.begin(now);
    }

    /** The end. The locks that are left go with {@link Effects#stopped}. */
    void finish() {
        if (state.role() != Role.STOPPED) {
            state.discard();
            remnant.drop();
            become(new Stopped<>(this), "stopped");
            effects.stopped();
        }
    }

    // ---- leaving

    /** Whether nobody needs this member any more that neither leads nor stands by. */
    boolean isFreeToLeave() {
        return stopping && remnant.isEmpty();
    }

    /**
     * What this member had taken in when its stream broke, or has just inherited, it can't deliver any more: told as a gap.
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

    /** After the end: this member may take part again. */
    void again() {
        stopping = false;
        givesUp = false;
        become(new Disconnected<>(this), "takes part again");
    }
}
