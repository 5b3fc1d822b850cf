package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One member's part in its group; the package tells roles, rules and why they hold. Does no I/O: events come in as calls, with
 * the time of {@link System#nanoTime}, and wishes go out through {@link Effects}. What an event means depends on the role, so
 * each role is a {@link State}; here is what all of them share, and the only door from one to the next. Not thread-safe: the
 * session's thread calls it.
 */
public final class Leadership<M> {

    /**
     * Shortest wait of a take-over that was not announced: twice a leader's round trip is added to it. A leader whose backend
     * was ended learns it in this time, or its session's thread does not run; whoever begins messages checks that this thread
     * has had proof of the connection within this time. A healthy leader has had it within 80 ms and two round trips.
     */
    public static final Duration GRACE = Duration.ofMillis(150);

    /** No time, and no place. */
    public static final long NEVER = -1;

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
    public Leadership(LeadOptions options, Effects<M> effects, Supplier<Entries<M>> entries, RandomGenerator random) {
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

    // ---- how it stands

    public Role role() {
        return state.role();
    }

    /** Whether the standby holds all that the leader has not done: as standby itself, as leader what it was told. */
    public boolean isInStep() {
        return state.isInStep();
    }

    /** The backend that stands by as far as this member knows, 0: none known. */
    public int standby() {
        return state.standby();
    }

    /** When the leader began to lead, by this member's clock; {@link #NEVER}: not known. */
    public long leaderSince() {
        return state.leaderSince();
    }

    /** The backend that leads as far as this member knows, 0: none known. */
    public int leader() {
        return state.leader();
    }

    /** Whether, as standby, it has found the leader without life, could not depose it, and has not heard from it since. */
    public boolean isLeaderSilent() {
        return role() == Role.STANDBY && undeposable == watchedLeader.backend() && undeposable != 0;
    }

    int backend() {
        return backend;
    }

    /** Of the server to which it is connected, or was. */
    private ServerRun run() {
        assert run != null;
        return run;
    }

    long roundTrip() {
        return roundTrip;
    }

    /** Whether {@link #stop} has been asked for and neither been taken back nor followed by {@link #again}. */
    public boolean isStopping() {
        return stopping;
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
        return GRACE.toNanos() + 2 * roundTrip;
    }

    /** Duration for which messages may have been missed, milliseconds; 0: nobody can know. */
    long missedMillis(long now) {
        return remnant.brokenAt() == NEVER ? 0 : millis(now - remnant.brokenAt());
    }

    static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** A word that nobody else can guess. */
    String word() {
        return Long.toString(random.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
    }

    Entries<M> newList() {
        return lists.get();
    }

    // ---- from one role to the next

    /** The only door. */
    void become(State<M> next, String reason) {
        if (!Transitions.allow(role(), next.role())) {
            throw new IllegalStateException("A member that is " + role() + " can't become " + next.role());
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
        if (role() != Role.STOPPED) {
            state.discard();
            remnant.drop();
            become(new Stopped<>(this), "stopped");
            effects.stopped();
        }
    }

    // ---- the session

    public void connected(int newBackend, ServerRun newRun, long now) {
        backend = newBackend;
        run = newRun;
        connectedAt = now;
        listening = false;
        stream.begin();
        locks.connected();
        control.connected();
        signs.connected();
        if (isFreeToLeave()) {
            effects.awaitIdle();
            return;
        }
        become(new Cold<>(this), "connected");
        presence.connected();
        locks.ask(Lock.STANDBY, now);
    }

    /**
     * The stream broke.
     *
     * @param lastProof when it was last known to be whole
     * @param since     from when on messages may have been missed
     */
    public void disconnected(long lastProof, long since, long now) {
        remnant.lost(run, backend);
        state.broke(lastProof, now);
        remnant.brokenAt(since);
        if (state instanceof Disconnected<M> leaving) {
            // It was connected again only while it was about to leave.
            leaving.leaveIfPossible();
        } else if (role() != Role.STOPPED) {
            state.discard();
            Disconnected<M> disconnected = new Disconnected<>(this);
            become(disconnected, "the connection broke");
            disconnected.leaveIfPossible();
        }
    }

    /** Listens, unless it does already. */
    void listen() {
        if (!listening) {
            listening = true;
            effects.listen();
        }
    }

    /** How long a request and its answer have taken lately, nanoseconds. */
    public void roundTrip(long nanos) {
        roundTrip = nanos;
    }

    // ---- the stream

    /** Whether another data message can be taken. */
    public boolean ready() {
        return state.ready();
    }

    /** A data message. */
    public void data(M message, long now) {
        state.data(message);
    }

    /** A control message, sent by that backend. */
    public void control(int sender, ControlMessage message, long now) {
        if (sender == backend && control.isOwn(message)) {
            ownCameBy(message, now);
            return;
        }
        switch (message.type()) {
            case JOIN -> state.joins(sender, message, now);
            case SYNCED, BEHIND, HOLDING, ALIVE -> state.showsLife(sender, message, now);
            case CHALLENGE -> {
                if (message.number("to") == backend) {
                    state.challenged(now);
                }
            }
            case VACANT -> {
                locks.vacated();
                state.vacant(sender, now);
            }
            case TAKEOVER, PROGRESS, RESIGNING, RESIGN -> state.leaderSays(sender, message, now);
        }
    }

    private void ownCameBy(ControlMessage message, long now) {
        if (message.type() == ControlMessage.Type.CHALLENGE) {
            watchedLeader.cameBy(message.token(), now);
            watchedStandby.cameBy(message.token(), now);
        } else {
            state.ownCameBy(message, now);
        }
    }

    // ---- time

    public void tick(long now) {
        control.tick(now, this::isStillSo);
        state.tick(now);
    }

    /** How a standby stands may have changed, and have been said, since the message was refused. */
    private boolean isStillSo(ControlMessage message) {
        return switch (message.type()) {
            case SYNCED -> state.holdsAll();
            case BEHIND -> !state.holdsAll();
            default -> true;
        };
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

    // ---- answers

    /** The answer to {@link Effects#poll}. */
    public void polled(Poll poll, long now) {
        locks.answered();
        presence.look(poll);
        state.look(poll);
        presence.showWitness();
        state.polled(poll, now);
        if (locks.wasVacated() && role() == Role.STANDBY) {
            locks.ask(Lock.LEADER, now);
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

    /** The answer to {@link Effects#send}. */
    public void sent(ControlMessage message, boolean committed, long now) {
        reports.answered(message.token());
        if (committed) {
            switch (message.type()) {
                case PROGRESS -> state.reported(message.text("join"));
                case RESIGN -> effects.unlock(Lock.LEADER);
                case VACANT -> finish();
                default -> {}
            }
        } else if (message.type() != ControlMessage.Type.PROGRESS) {
            // A report is made anew; everything else must be said.
            control.sendAgain(message, now);
        }
    }

    /** The answer to {@link Effects#unlock}. */
    public void unlocked(Lock lock, long now) {
        if (lock == Lock.LEADER) {
            state.unlocked();
        }
    }

    /** The answer to {@link Effects#terminate}: false where this user may not end that backend. */
    public void terminated(int ended, Lock lock, boolean allowed, long now) {
        if (!allowed) {
            undeposable = lock == Lock.LEADER ? ended : undeposable;
            effects.cannotDepose(ended);
        } else if (lock == Lock.LEADER) {
            state.leaderEnded(now);
        }
    }

    /** Everything that was delivered is complete: the answer to {@link Effects#awaitIdle}. */
    public void drained(long now) {
        if (effects.isIdle()) {
            state.drained(now);
        } else {
            // The answer to an older question: more was delivered since.
            effects.awaitIdle();
        }
    }

    // ---- while the stream is not read

    /**
     * The stream is not read for the moment because a queue is full, so this member's own markers do not come by. What a
     * leader then says over an auxiliary connection must depend, at the server, on its holding the lock; null: nothing now.
     *
     * @param connection backend of that connection, 0: there is none yet
     */
    public @Nullable ControlMessage signOfLife(int connection, long now) {
        return state.signOfLife(connection, now);
    }

    /**
     * The sign of life is committed, and so this member leads: the lease begins with the call that asked for it.
     *
     * @param standby backend that holds the standby's place, 0: none
     */
    public void signSent(int standby, long now) {
        effects.renewLease(signs.lastAt(), 0);
        state.signSent(standby, now);
    }

    // ---- leaving

    /** Begins the orderly stop, which ends with {@link Effects#stopped}. */
    public void stop(long now) {
        if (!stopping) {
            stopping = true;
            state.stop(now);
        }
    }

    /** Takes {@link #stop} back if the end has not begun. Returns whether this member now goes on. */
    public boolean goOn() {
        if (role() != Role.LEADER && role() != Role.RESIGNING && role() != Role.STOPPED) {
            stopping = false;
        }
        return !stopping;
    }

    /** After {@link Effects#stopped}: this member may take part again, once it is {@link #connected}. */
    public void again() {
        stopping = false;
        givesUp = false;
        become(new Disconnected<>(this), "takes part again");
    }

    /** Whether nobody needs this member any more that neither leads nor stands by. */
    boolean isFreeToLeave() {
        return stopping && remnant.isEmpty();
    }

    /** Goes on with the end although not everything is complete. */
    public void giveUpDraining(long now) {
        state.giveUp(now);
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
}
