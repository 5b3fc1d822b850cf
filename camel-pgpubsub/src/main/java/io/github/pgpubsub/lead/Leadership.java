package io.github.pgpubsub.lead;

import io.github.pgpubsub.lead.ControlMessage.Type;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * One member's part in its group; the package tells states, rules and why they hold. Does no I/O: events come in as calls,
 * with the time of {@link System#nanoTime}, and wishes go out through {@link Effects}. Not thread-safe: the session's thread
 * calls it.
 */
public final class Leadership<M> {

    /**
     * How long a take-over waits at least that was not announced: twice a leader's round trip is added to it. A leader whose
     * backend was ended learns it in this time, or its session's thread does not run; whoever begins messages checks that this
     * thread has had proof of the connection within this time. A healthy one has had it within 80 ms and two round trips.
     */
    public static final Duration GRACE = Duration.ofMillis(150);

    /** Longest silence of a leader. */
    private static final long SIGN_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Between asking questions that others can provoke. */
    private static final long QUESTION_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Before a failed control message is tried again. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long a stopping leader waits for a standby to join, and for its answer. */
    private static final long HEIR_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** How often a stopping leader looks whether there is a standby. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long the leader's lock must be free before one that is not the standby tries it. */
    private static final long VACANCY_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** So many reports for a full standby buffer. */
    private static final int REPORTS_A_BUFFER = 8;
    /** So much is kept of what they say until somebody has looked. */
    private static final int MOST_CLAIMS = 100;
    /** No time. */
    public static final long NEVER = -1;

    /** What somebody says who may lead, and where it came by. */
    private record Claim(int sender, ControlMessage message, Places.Place at) {}

    private final Effects<M> effects;
    private final RandomGenerator random;
    private final long acquireNanos;
    private final long leaderTimeout;
    private final long signNanos;
    private final String name;

    private Role role = Role.DISCONNECTED;
    private int backend;
    private ServerRun run;
    private long connectedAt;
    private long roundTrip;
    private boolean stopping;
    private boolean polling;
    private long askedAt;
    /** A leader has left while the answer to an older question was on its way. */
    private boolean vacated;
    private long nextPoll;
    private long nextQuestion;
    private long nextAnswer;
    private long tokens;
    private final StreamView<M> stream = new StreamView<>();
    private final ArrayDeque<ControlMessage> unsent = new ArrayDeque<>();
    private long retryAt;

    // ---- kept over a broken stream
    private final Remnant<M> remnant;
    /** Whether this member has led or has seen another lead, and whether it holds the lock that says so to others. */
    private boolean witness;
    private boolean holdsWitness;
    /** Whether others took part when it was looked at last. */
    private boolean othersSeen;
    private boolean holdsPresence;

    // ---- as cold or standby
    private boolean holdsPlace;
    private boolean listening;
    private boolean joined;
    private String joinToken;
    private long joinedAt;
    private boolean noPredecessor;
    private long vacantSince;
    /** Who holds the leader's lock and the standby's place, which is normal for the moment of a take-over only; 0: nobody. */
    private int holdsBoth;
    private long holdsBothSince;
    private final StandbyBuffer<M> buffer;
    private boolean inStep;
    private boolean synced;
    private int leader;
    /** The leader's term: known from anything it says, before the first marker of it. */
    private String leaderEpoch;
    private int leaderAuxiliary;
    private long ledSince = NEVER;
    private long announcedTimeout;
    private long announcedGrace;
    private final Challenge watchedLeader = new Challenge();
    /** It shows no life and this user may not end it; 0: no such. */
    private int undeposable;
    /** What senders have said of whom it is not known yet whether they lead. */
    private final ArrayDeque<Claim> claims = new ArrayDeque<>();
    private int claimant;
    /** From this place on somebody else may have led, who said so but could not be looked up in time. */
    private long doubtedFrom;
    /** When the locks were asked about last, and whether that was so long not done that somebody else may have led meanwhile. */
    private long lastLook = NEVER;
    private boolean wasAway;
    /** The leader's notice that it wants to stop, and the answers that it has got. */
    private String notice;
    private String confirmed;
    private String holding;
    /** The leader stopped with everything before this place complete, and so many after it begun. */
    private long resignedAt;
    private long begunAtResign;
    /** Milliseconds of a gap that the leader has to tell and has not told yet; NEVER: none. */
    private long leadersGap;

    // ---- as leader
    private String takeoverToken;
    private boolean takeoverCameBy;
    private long tookOverAt;
    /** What was missed before this member led; null: nothing. */
    private Entry<M> gap;
    /** Others of the group have seen somebody lead. */
    private boolean othersWitnessed;
    /** What has no room in the handler's queue yet, or must not begin yet. */
    private final Entries<M> backlog;
    /** Messages from here on do not begin, because a new standby does not know yet how they are named; NEVER: all may. */
    private long heldBackFrom = NEVER;
    private final Reports reports;
    private final Heir heir = new Heir();
    private final Challenge watchedStandby = new Challenge();
    private int auxiliary;
    private long lastSign;
    private int announcedTo;
    private int announcements;
    private boolean othersKnown;
    private boolean alone;
    /** For whom a stopping leader waits, and since when; 0: for anybody. */
    private int seenStandby;
    private long waitsSince;
    /** When it had read all that was sent before that; NEVER: it has not yet. */
    private long caughtUpAt = NEVER;
    private long nextLook;
    /** As stopping leader: what comes from here on does not begin here, but is for whoever follows; NEVER: no such place yet. */
    private long cut = NEVER;
    private boolean resigned;
    private boolean givesUp;
    /** The heir has to tell the gap. */
    private boolean gapTakenBack;

    /**
     * @param entries makes an empty list of messages
     * @param random  names this member and its terms: others must not be able to guess it
     */
    public Leadership(LeadOptions options, Effects<M> effects, Supplier<Entries<M>> entries, RandomGenerator random) {
        this.effects = effects;
        this.remnant = new Remnant<>(entries.get());
        this.backlog = entries.get();
        this.random = random;
        this.acquireNanos = options.acquireInterval().toNanos();
        this.leaderTimeout = options.leaderTimeout().toNanos();
        this.signNanos = leaderTimeout == 0 ? SIGN_NANOS : Math.min(SIGN_NANOS, leaderTimeout / 6);
        this.buffer = new StandbyBuffer<>(options.standbyBuffer(), entries.get());
        this.reports = new Reports(signNanos, options.standbyBuffer() / REPORTS_A_BUFFER);
        this.name = word();
    }

    public Role role() {
        return role;
    }

    /** Whether the standby holds all that the leader has not done: as standby itself, as leader what it was told. */
    public boolean isInStep() {
        return role == Role.LEADER ? heir.isPresent() && heir.isSynced() : inStep;
    }

    /** The backend that stands by as far as this member knows, 0: none known. */
    public int standby() {
        return role == Role.LEADER ? heir.backend() : role == Role.STANDBY ? backend : 0;
    }

    /** When the leader began to lead, by this member's clock; {@link #NEVER}: not known. */
    public long leaderSince() {
        return ledSince;
    }

    /** The backend that leads as far as this member knows, 0: none known. */
    public int leader() {
        return leader;
    }

    /** Whether, as standby, it has found the leader without life, could not depose it, and has not heard from it since. */
    public boolean isLeaderSilent() {
        return role == Role.STANDBY && undeposable == watchedLeader.backend() && undeposable != 0;
    }

    /** How long a request and its answer have taken lately, nanoseconds. */
    public void roundTrip(long nanos) {
        roundTrip = nanos;
    }

    // ---- the stream

    public void connected(int newBackend, ServerRun newRun, long now) {
        backend = newBackend;
        run = newRun;
        connectedAt = now;
        stream.begin();
        polling = false;
        unsent.clear();
        holdsPlace = false;
        listening = false;
        joined = false;
        inStep = false;
        synced = false;
        vacantSince = NEVER;
        holdsBoth = 0;
        claims.clear();
        doubtedFrom = NEVER;
        lastLook = NEVER;
        wasAway = false;
        auxiliary = 0;
        heir.clear();
        heldBackFrom = NEVER;
        cut = NEVER;
        resigned = false;
        gapTakenBack = false;
        forgetLeader();
        if (isFreeToLeave()) {
            leaveWhenIdle();
            return;
        }
        become(Role.COLD, "connected");
        holdsWitness = witness;
        holdsPresence = !witness;
        effects.share(witness ? Lock.WITNESS : Lock.PRESENCE);
        poll(Lock.STANDBY, now);
    }

    private void forgetLeader() {
        leader = 0;
        leaderEpoch = null;
        leaderAuxiliary = 0;
        ledSince = NEVER;
        announcedTimeout = 0;
        announcedGrace = 0;
        notice = null;
        confirmed = null;
        holding = null;
        resignedAt = NEVER;
        leadersGap = NEVER;
    }

    /**
     * The stream broke.
     *
     * @param lastProof when it was last known to be whole
     * @param since     from when on messages may have been missed
     */
    public void disconnected(long lastProof, long since, long now) {
        boolean before = !remnant.isEmpty();
        remnant.lost(run, backend);
        switch (role) {
            case LEADER, RESIGNING -> {
                List<Entry<M>> undone = new ArrayList<>(effects.withdraw());
                backlog.forEach(undone::add);
                remnant.keep(knownByName(undone), true, heir.isPresent() || heir.isToBeLookedUp(), lastProof, now);
            }
            case STANDBY, TAKING_OVER -> {
                // What was received before an earlier break comes first, and then there is a gap, which is told with that.
                if (!before && (inStep || noPredecessor || role == Role.TAKING_OVER)) {
                    nameBuffer();
                    // Before its own take-over has come by it has not read all that others have said and done.
                    boolean sole = noPredecessor || role == Role.TAKING_OVER && takeoverCameBy;
                    remnant.keep(knownByName(inheritance(now)), sole, !sole, lastProof, now);
                }
            }
            default -> { }
        }
        remnant.brokenAt(since);
        if (role != Role.DISCONNECTED) {
            backlog.clear();
        }
        buffer.clear();
        inStep = false;
        if (role != Role.STOPPED) {
            become(Role.DISCONNECTED, "the connection broke");
        }
        leaveIfPossible();
    }

    /** A standby that was not told how messages behind its JOIN are named gives them other names if it takes over. */
    private List<Entry<M>> knownByName(List<Entry<M>> undone) {
        long unanswered = role == Role.STANDBY ? NEVER : heir.unansweredFrom();
        return undone.stream().filter(entry -> isBefore(entry, unanswered)).toList();
    }

    /** What the buffer holds of a time of which no leader's marker is known gets names that nobody else can give. */
    private void nameBuffer() {
        if (!buffer.entries().isEmpty()) {
            stream.names.begin(buffer.entries().peek().place(), word(), 0, 0);
        }
    }

    private List<Entry<M>> named(Entries<M> entries) {
        List<Entry<M>> all = new ArrayList<>(entries.size());
        entries.forEach(entry -> all.add(stream.named(entry)));
        return all;
    }

    /** Whether another data message can be taken. */
    public boolean ready() {
        if (role == Role.LEADER) {
            if (!backlog.isEmpty() && backlog.isMemoryExceeded()) {
                makeProgress();
            }
            pump();
            // While stopping, and while a standby is answered, keep reading even if the queue is full: what is waited for
            // arrives in the stream.
            return backlog.isEmpty() || (stopping || heldBackFrom != NEVER) && !backlog.isMemoryExceeded();
        }
        if (role == Role.RESIGNING) {
            pump();
        }
        return true;
    }

    /** No more can be kept, and what is waited for may lie behind that: then this leader goes on. */
    private void makeProgress() {
        heldBackFrom = NEVER;
        if (cut != NEVER && !alone) {
            cut = stream.place();
        }
    }

    /** A data message. */
    public void data(M message, long now) {
        Entry<M> entry = stream.next(message, role == Role.LEADER);
        switch (role) {
            case LEADER -> {
                if (backlog.isEmpty() && mayBegin(entry) && effects.hasRoom()) {
                    effects.deliver(entry);
                } else {
                    backlog.add(entry);
                }
            }
            case STANDBY, TAKING_OVER -> {
                // Once the leader wants to stop, or is gone, nobody else has what would be dropped here.
                boolean handOver = role == Role.TAKING_OVER || notice != null;
                if (joined && !buffer.keep(entry, handOver)) {
                    noPredecessor = false;
                    resignedAt = NEVER;
                    setInStep(false, "the buffer is full of messages that the leader has not done");
                }
            }
            default -> { }
        }
    }

    /** A control message, sent by that backend. */
    public void control(int sender, ControlMessage message, long now) {
        if (sender == backend && message.token().startsWith(name + ".")) {
            ownCameBy(message, now);
            return;
        }
        switch (message.type()) {
            case JOIN -> {
                if (role == Role.LEADER || role == Role.TAKING_OVER) {
                    heir.joins(sender, stream.note(message));
                    holdBack(now);
                }
            }
            case SYNCED, BEHIND, HOLDING, ALIVE -> showsLife(sender, message, now);
            case CHALLENGE -> challenged(message, now);
            case VACANT -> {
                vacated |= polling;
                if (role == Role.STANDBY && (sender == leader || now - nextQuestion >= 0)) {
                    nextQuestion = now + QUESTION_NANOS;
                    poll(Lock.LEADER, now);
                }
            }
            case TAKEOVER, PROGRESS, RESIGNING, RESIGN -> {
                // What the old leader said last comes by before the own take-over.
                if (role == Role.STANDBY || role == Role.TAKING_OVER && !takeoverCameBy) {
                    leaderSays(sender, message, now);
                }
            }
        }
    }

    private void showsLife(int sender, ControlMessage message, long now) {
        if (role == Role.STANDBY && sender == leaderAuxiliary && message.text("epoch").equals(leaderEpoch)) {
            watchedLeader.heard(now);
        } else if ((role == Role.LEADER || role == Role.RESIGNING) && heir.is(sender)) {
            watchedStandby.heard(now);
            switch (message.type()) {
                case SYNCED -> heir.synced(message.text("to"));
                case BEHIND -> heir.behind();
                case HOLDING -> heir.holdsFrom(message.text("to"));
                default -> { }
            }
            if (stopping) {
                resignIfPossible(now);
            }
        }
    }

    private void challenged(ControlMessage message, long now) {
        if (message.number("to") != backend) {
            return;
        }
        if (role == Role.LEADER || role == Role.RESIGNING) {
            reports.want();
        } else if (role == Role.STANDBY && now - nextAnswer >= 0) {
            nextAnswer = now + QUESTION_NANOS;
            send(ControlMessage.of(Type.ALIVE, token()));
        }
    }

    private void ownCameBy(ControlMessage message, long now) {
        switch (message.type()) {
            case JOIN -> {
                // One that comes by late, as leader, is a name that no standby knows.
                boolean needed = role == Role.STANDBY || role == Role.TAKING_OVER;
                if (needed && message.token().equals(joinToken)) {
                    joinedAt = stream.place();
                    if (!joined) {
                        joined = true;
                        buffer.begin(joinedAt);
                        doubtedFrom = NEVER;
                    }
                    stream.places.add(stream.note(message));
                }
            }
            case TAKEOVER -> {
                if (role == Role.TAKING_OVER && message.token().equals(takeoverToken)) {
                    leader = backend;
                    takeoverCameBy = true;
                    nameBuffer();
                    stream.mark(message);
                    leadIfDue(now);
                }
            }
            case PROGRESS -> {
                if (role == Role.LEADER || role == Role.RESIGNING) {
                    stream.mark(message);
                    if (reports.isLatest(message.token())) {
                        effects.renewLease(reports.sentAt(), grace(message));
                        if (stopping && caughtUpAt == NEVER && reports.sentAt() - waitsSince >= 0) {
                            caughtUpAt = now;
                        }
                    }
                }
            }
            case RESIGNING -> heir.noticeCameBy(message.token(), stream.place(), now);
            case CHALLENGE -> {
                watchedLeader.cameBy(message.token(), now);
                watchedStandby.cameBy(message.token(), now);
            }
            default -> { }
        }
    }

    // ---- time

    public void tick(long now) {
        if (!unsent.isEmpty() && now - retryAt >= 0) {
            ControlMessage again = unsent.remove();
            if (isStillSo(again)) {
                send(again);
            }
        }
        switch (role) {
            case COLD -> {
                if (now - nextPoll >= 0) {
                    poll(Lock.STANDBY, now);
                }
            }
            case STANDBY -> {
                if (now - nextPoll >= 0) {
                    poll(Lock.LEADER, now);
                }
                // The leader's time counts; one that was never heard is given this member's own.
                long limit = announcedTimeout == 0 ? leaderTimeout : announcedTimeout;
                if (joined && limit > 0) {
                    watch(watchedLeader, Lock.LEADER, limit, now);
                }
            }
            case TAKING_OVER -> leadIfDue(now);
            case LEADER -> {
                pump();
                if (heir.isToBeLookedUp()) {
                    lookUp(now);
                }
                report(now);
                if (leaderTimeout != 0) {
                    watch(watchedStandby, Lock.STANDBY, leaderTimeout, now);
                }
                if (stopping) {
                    lookAround(now);
                    resignIfPossible(now);
                }
            }
            case RESIGNING -> {
                // What has begun may take longer than others wait for a sign of life.
                if (!resigned) {
                    report(now);
                    if (effects.isIdle()) {
                        finishBefore();
                    }
                }
            }
            default -> { }
        }
    }

    private void watch(Challenge watched, Lock lock, long limit, long now) {
        if (watched.isDue(now, limit)) {
            String token = token();
            watched.asked(token);
            send(ControlMessage.of(Type.CHALLENGE, token).with("to", watched.backend()));
        } else if (watched.isUnanswered(now, limit / 3)) {
            effects.terminate(watched.backend(), lock);
            watched.heard(now);
        }
    }

    /** The answer to {@link Effects#terminate}: false where this user may not end that backend. */
    public void terminated(int ended, Lock lock, boolean allowed, long now) {
        if (!allowed) {
            undeposable = lock == Lock.LEADER ? ended : undeposable;
            effects.cannotDepose(ended);
        } else if (lock == Lock.LEADER && role == Role.STANDBY) {
            poll(Lock.LEADER, now);
        }
    }

    // ---- locks

    private void poll(Lock tried, long now) {
        if (!polling) {
            polling = true;
            askedAt = now;
            // Looking does not put off trying: others can provoke it.
            nextPoll = tried == null ? nextPoll : now + acquireNanos;
            effects.poll(tried);
        }
    }

    /** Looks who holds which lock, because somebody says something that depends on it. */
    private void lookUp(long now) {
        if (now - nextQuestion >= 0) {
            nextQuestion = now + QUESTION_NANOS;
            poll(null, now);
        }
    }

    /** The answer to {@link Effects#poll}. */
    public void polled(Poll poll, long now) {
        polling = false;
        see(poll, now);
        switch (role) {
            case COLD -> polledCold(poll, now);
            case STANDBY -> polledStandby(poll, now);
            case LEADER -> polledLeader(poll, now);
            default -> { }
        }
        if (vacated && role == Role.STANDBY) {
            poll(Lock.LEADER, now);
        }
        vacated = false;
    }

    /** What a look at the locks tells whatever it was asked for. */
    private void see(Poll poll, long now) {
        othersSeen = poll.members() > 1;
        if (role == Role.COLD || role == Role.STANDBY) {
            othersWitnessed = poll.witnesses() > 0;
            endFormerSession(poll.leader(), Lock.LEADER);
            endFormerSession(poll.standby(), Lock.STANDBY);
            if (poll.leader() != 0 && poll.leader() != backend && !remnant.isFormer(poll.leader(), run)) {
                remnant.drop();
                witness = true;
            }
        }
        if (witness && !holdsWitness) {
            holdsWitness = true;
            effects.share(Lock.WITNESS);
        } else if (holdsWitness && holdsPresence) {
            // With a later look: at no time is this member unseen.
            holdsPresence = false;
            effects.unshare(Lock.PRESENCE);
        }
    }

    /** This member's session before the last loss, of which the server does not know yet that nobody is there any more. */
    private void endFormerSession(int holder, Lock lock) {
        if (remnant.isFormer(holder, run) && holder != backend && remnant.isToBeEnded()) {
            effects.terminate(holder, lock);
        }
    }

    private void polledCold(Poll poll, long now) {
        if (isFreeToLeave()) {
            finish();
        } else if (poll.acquired(Lock.LEADER)) {
            // Although another has the standby's place and does not use it.
            takeOver(poll, now);
        } else if (poll.acquired(Lock.STANDBY)) {
            holdsPlace = true;
            standBy(poll, now);
        } else {
            endStuckTakeOver(poll, now);
            if (poll.leader() != 0) {
                vacantSince = NEVER;
            } else if (vacantSince == NEVER) {
                vacantSince = now;
            } else if (now - vacantSince > Math.max(5 * acquireNanos, VACANCY_NANOS)) {
                listen();
                poll(Lock.LEADER, now);
            }
        }
    }

    /** Who is frozen or cut off amid a take-over has both locks: then there is no standby that could ask it for a sign of life. */
    private void endStuckTakeOver(Poll poll, long now) {
        int both = poll.leader() == poll.standby() ? poll.leader() : 0;
        if (both != holdsBoth) {
            holdsBoth = both;
            holdsBothSince = now;
        } else if (both != 0 && leaderTimeout > 0 && now - holdsBothSince > leaderTimeout + leaderTimeout / 3) {
            holdsBothSince = now;
            effects.terminate(both, Lock.LEADER);
        }
    }

    private void standBy(Poll poll, long now) {
        noPredecessor = poll.leader() == 0;
        lastLook = askedAt;
        believe(poll.leader(), now);
        if (remnant.isFormer(poll.leader(), run)) {
            remnant.certain();
        }
        become(Role.STANDBY, "has the standby's place");
        listen();
        joinToken = token();
        send(ControlMessage.of(Type.JOIN, joinToken));
        if (noPredecessor) {
            poll(Lock.LEADER, now);
        }
    }

    /** That backend holds the leader's lock, so what it says counts; 0: nobody does. */
    private void believe(int holder, long now) {
        forgetLeader();
        leader = holder;
        watchedLeader.watch(holder, now);
    }

    private void listen() {
        if (!listening) {
            listening = true;
            effects.listen();
        }
    }

    private void polledStandby(Poll poll, long now) {
        // The answer tells how it was at some time after the question, which may lie far back.
        wasAway |= lastLook != NEVER && now - lastLook > VACANCY_NANOS / 2;
        lastLook = askedAt;
        boolean same = poll.leader() == leader;
        if (poll.leader() != 0 && poll.leader() != backend) {
            noPredecessor = false;
            if (!same) {
                believe(poll.leader(), now);
            }
        }
        hearClaims(now);
        if (same && leader != 0 && now - askedAt < VACANCY_NANOS / 2) {
            // It has led all the time, whatever others say.
            wasAway = false;
            doubtedFrom = NEVER;
        }
        if (poll.acquired(Lock.LEADER)) {
            takeOver(poll, now);
        } else if (stopping) {
            leaveUnlessNeeded(poll, now);
        }
    }

    /** What has been said by the one that is believed now counts, from where it came by; the rest leaves a doubt. */
    private void hearClaims(long now) {
        List<Claim> claimed = List.copyOf(claims);
        claims.clear();
        for (Claim claim : claimed) {
            if (claim.sender == leader) {
                heed(claim.message, claim.at, now);
            } else {
                doubt(claim);
            }
        }
    }

    private void doubt(Claim claim) {
        long from = claim.at.before();
        doubtedFrom = doubtedFrom == NEVER ? from : Math.min(doubtedFrom, from);
    }

    /**
     * A standby that stops is needed while the leader stops too, and while nobody leads: nobody else has what it holds. One that has
     * not joined holds nothing.
     */
    private void leaveUnlessNeeded(Poll poll, long now) {
        if (poll.tried() != Lock.LEADER) {
            poll(Lock.LEADER, now);
        } else if ((poll.leader() != 0 && notice == null || !joined) && remnant.isEmpty()) {
            finish();
        }
    }

    private void polledLeader(Poll poll, long now) {
        watchedStandby.watch(poll.standby(), now);
        Places.Place join = heir.holds(poll.standby());
        if (join != null) {
            stream.places.add(join);
            watchedStandby.heard(now);
            reports.want();
        }
        holdBackNoMoreThanNeeded();
        if (stopping) {
            othersKnown = true;
            alone = poll.members() <= 1 && poll.standby() == 0;
            if (poll.standby() != seenStandby) {
                // Its JOIN is on the way.
                seenStandby = poll.standby();
                waitFor(now);
            }
            resignIfPossible(now);
        }
        if (role == Role.LEADER) {
            report(now);
        }
    }

    /** Somebody says that it has the standby's place: until it knows how they are named, messages behind that do not begin. */
    private void holdBack(long now) {
        if (role == Role.LEADER) {
            if (heldBackFrom == NEVER) {
                heldBackFrom = heir.unansweredFrom();
            }
            lookUp(now);
        }
    }

    private void holdBackNoMoreThanNeeded() {
        if (heldBackFrom != NEVER) {
            heldBackFrom = heir.unansweredFrom();
            if (role == Role.RESIGNING) {
                finishBefore();
            } else {
                pump();
            }
        }
    }

    // ---- own control messages

    private String token() {
        return name + "." + tokens++;
    }

    private void send(ControlMessage message) {
        effects.send(message);
    }

    /** The answer to {@link Effects#send}. */
    public void sent(ControlMessage message, boolean committed, long now) {
        reports.answered(message.token());
        if (!committed) {
            // A report is made anew; everything else must be said.
            if (message.type() != Type.PROGRESS) {
                unsent.add(message);
                retryAt = now + RETRY_NANOS;
            }
        } else if (message.type() == Type.PROGRESS) {
            heir.answered(message.text("join"));
            holdBackNoMoreThanNeeded();
        } else if (message.type() == Type.RESIGN) {
            effects.unlock(Lock.LEADER);
        } else if (message.type() == Type.VACANT) {
            finish();
        }
    }

    /** How a standby stands may have changed, and have been said, since this could not be sent. */
    private boolean isStillSo(ControlMessage message) {
        return switch (message.type()) {
            case SYNCED -> inStep;
            case BEHIND -> !inStep;
            default -> true;
        };
    }

    /** The answer to {@link Effects#unlock}. */
    public void unlocked(Lock lock, long now) {
        if (lock == Lock.LEADER && role == Role.RESIGNING) {
            send(ControlMessage.of(Type.VACANT, token()));
        }
    }

    // ---- as standby: what the leader says

    /** Only the backend that holds the lock counts: an unknown one is looked up before it is believed. */
    private void leaderSays(int sender, ControlMessage message, long now) {
        if (sender == leader) {
            heed(message, stream.note(message), now);
            return;
        }
        if (claims.size() < MOST_CLAIMS) {
            claims.add(new Claim(sender, message, stream.note(message)));
        }
        // A stranger's claims do not keep the leader from being looked up, for the places that it names are needed.
        if (!polling && (sender != claimant || now - nextQuestion >= 0)) {
            nextQuestion = now + QUESTION_NANOS;
            claimant = sender;
            poll(null, now);
        }
    }

    private void heed(ControlMessage message, Places.Place at, long now) {
        if (message.type() == Type.TAKEOVER || leaderEpoch == null || message.text("epoch").equals(leaderEpoch)) {
            accept(message, at, now);
        }
    }

    /** @param at where it came by: more may have come since, when its sender had to be looked up */
    private void accept(ControlMessage message, Places.Place at, long now) {
        leaderEpoch = message.text("epoch");
        watchedLeader.heard(now);
        undeposable = 0;
        noPredecessor = false;
        witness = true;
        switch (message.type()) {
            case TAKEOVER -> {
                hearTerm(message, at, now);
                notice = null;
                resignedAt = NEVER;
                setInStep(false, "another leads");
                forgetMisnamed(at.before());
                joinAgain();
            }
            case PROGRESS -> {
                hearTerm(message, at, now);
                hearGap(message);
                dropBefore(message.reference());
            }
            case RESIGNING -> {
                notice = message.token();
                confirm();
                hold();
            }
            case RESIGN -> {
                notice = message.token();
                hearGap(message);
                hearNames(message);
                if (dropBefore(message.reference())) {
                    resignedAt = stream.places.find(message.reference());
                    begunAtResign = message.number("begun");
                }
            }
            default -> { }
        }
    }

    private void hearTerm(ControlMessage message, Places.Place at, long now) {
        ledSince = now - TimeUnit.MILLISECONDS.toNanos(message.number("age"));
        stream.mark(message, at);
        hearNames(message);
        leaderAuxiliary = (int) message.number("aux");
        long millis = message.number("timeout");
        announcedTimeout = millis == 0 ? NEVER : TimeUnit.MILLISECONDS.toNanos(millis);
        announcedGrace = Math.max(announcedGrace, grace(message));
    }

    private void hearNames(ControlMessage message) {
        if (message.text("join").equals(joinToken)) {
            stream.names.begin(joinedAt, message.text("epoch"), message.number("jn"), message.number("jcount"));
            // What was said before the leader knew of this standby has to be said again.
            synced = false;
        }
    }

    private void hearGap(ControlMessage message) {
        leadersGap = message.fields().containsKey("gap") ? message.number("gap") : NEVER;
    }

    /** Who leads since this member has joined has not heard of it. */
    private void joinAgain() {
        if (joined) {
            joinToken = token();
            send(ControlMessage.of(Type.JOIN, joinToken));
        }
    }

    /** Another term begins, and between the last one that was believed and this one somebody else may have named messages. */
    private void forgetMisnamed(long before) {
        if (doubtedFrom != NEVER && doubtedFrom < before && joined) {
            buffer.begin(before);
            doubtedFrom = NEVER;
        }
    }

    private static long grace(ControlMessage message) {
        return TimeUnit.MILLISECONDS.toNanos(message.number("grace"));
    }

    /** How long whoever takes over from this member waits, if it has not heard otherwise. */
    private long grace() {
        return GRACE.toNanos() + 2 * roundTrip;
    }

    /** The leader has completed everything before: in step if that place, and so all after it, is held here. */
    private boolean dropBefore(Reference reference) {
        long complete = reference == null ? NEVER : stream.places.find(reference);
        if (complete != NEVER) {
            // Not what lies before the place: the leader may not have read yet what has come by here, and name it by less.
            stream.places.forgetBefore(reference);
        }
        boolean held = joined && complete != NEVER && buffer.dropBefore(complete);
        if (!held || !buffer.isAllowed() && notice == null) {
            setInStep(false, "the leader's progress lies before what is held");
            return false;
        }
        stream.names.forgetBefore(complete);
        remnant.forget();
        setInStep(true, "holds all that the leader has not done");
        if (!synced) {
            synced = true;
            send(ControlMessage.of(Type.SYNCED, token()));
        }
        confirm();
        return true;
    }

    /** The leader wants to stop: from its notice on nothing is dropped here, so what is in step stays so. */
    private void confirm() {
        if (inStep && notice != null && !notice.equals(confirmed)) {
            confirmed = notice;
            send(ControlMessage.of(Type.SYNCED, token()).with("to", notice));
        }
    }

    /** It can't give up what lies before the notice, but does from there on: then the leader does the rest. */
    private void hold() {
        if (!inStep && joined && !notice.equals(holding)) {
            holding = notice;
            send(ControlMessage.of(Type.HOLDING, token()).with("to", notice));
        }
    }

    private void setInStep(boolean value, String reason) {
        if (inStep != value) {
            inStep = value;
            effects.changed(role, inStep, reason);
        }
        if (synced && !value) {
            synced = false;
            confirmed = null;
            if (role == Role.STANDBY) {
                send(ControlMessage.of(Type.BEHIND, token()));
            }
        }
    }

    // ---- taking over

    private void takeOver(Poll poll, long now) {
        become(Role.TAKING_OVER,
                resignedAt != NEVER ? "the leader resigned" : noPredecessor ? "nobody leads" : "the leader is gone");
        tookOverAt = now;
        takeoverCameBy = false;
        takeoverToken = token();
        heir.clear();
        if (!remnant.isResumable(run, connectedAt, now)) {
            remnant.drop();
        }
        reports.begin(takeoverToken, now);
        send(ControlMessage.of(Type.TAKEOVER, takeoverToken).with("epoch", word())
                .with("timeout", millis(leaderTimeout)).with("grace", millis(grace())));
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** Whoever led may have announced that it needs longer to learn that it does not lead any more. */
    private boolean isLeadDue(long now) {
        return resignedAt != NEVER || now - tookOverAt >= Math.max(grace(), announcedGrace);
    }

    private void leadIfDue(long now) {
        if (!takeoverCameBy || !isLeadDue(now)) {
            return;
        }
        long termBegan = reports.sentAt();
        claims.forEach(this::doubt);
        claims.clear();
        List<Entry<M>> inherited = inheritance(now);
        long completeBefore = inherited.isEmpty() ? stream.place() : inherited.get(0).place();
        buffer.clear();
        remnant.forget();
        backlog.addAll(inherited);
        witness = true;
        inStep = false;
        othersKnown = false;
        ledSince = now;
        heldBackFrom = heir.unansweredFrom();
        become(Role.LEADER, "inherits " + backlog.size() + " messages and gaps");
        effects.renewLease(termBegan, grace());
        effects.open(completeBefore);
        if (holdsPlace) {
            holdsPlace = false;
            effects.unlock(Lock.STANDBY);
        }
        pump();
        if (stopping) {
            wantToStop(now);
        }
    }

    /** For how long messages may have been missed; 0: nobody can know. */
    private long missedMillis(long now) {
        return remnant.brokenAt() == NEVER ? 0 : millis(now - remnant.brokenAt());
    }

    /** What lay before the take-over: from before the stream broke, a gap where nobody can vouch, and what was kept since. */
    private List<Entry<M>> inheritance(long now) {
        List<Entry<M>> all = new ArrayList<>();
        boolean first = !witness && !othersWitnessed;
        remnant.entries().forEach(entry -> all.add(first ? entry.asRedelivered() : entry.asRedelivered().asLaterGap()));
        boolean orderly = resignedAt != NEVER;
        long from = buffer.entries().isEmpty() ? stream.place() : buffer.entries().peek().place();
        gap = null;
        if (!(inStep || orderly) || !remnant.isEmpty()) {
            gap = Entry.gap(from, missedMillis(now), first);
            all.add(gap);
        } else if (leadersGap != NEVER) {
            gap = Entry.gap(from, leadersGap, false);
            all.add(gap);
        }
        boolean othersMayHaveLed = doubtedFrom != NEVER && wasAway;
        for (Entry<M> entry : named(buffer.entries())) {
            boolean doubted = doubtedFrom != NEVER && entry.place() >= doubtedFrom;
            if (doubted && wasAway) {
                // Who has led from here on may have named and processed what follows.
                gap = Entry.gap(stream.place(), 0, false);
                all.add(gap);
                break;
            }
            boolean fresh = noPredecessor || orderly && entry.place() >= resignedAt + begunAtResign;
            // What lies before is late, if somebody else has led since.
            all.add(fresh && !doubted && !othersMayHaveLed ? entry : entry.asRedelivered());
        }
        return all;
    }

    // ---- as leader

    private void pump() {
        while (!backlog.isEmpty() && mayBegin(backlog.peek()) && hasRoom()) {
            effects.deliver(backlog.remove());
        }
    }

    /** A member that stops has to get to the end, and what it moves takes no more memory than before. */
    private boolean hasRoom() {
        return effects.hasRoom() || stopping && effects.hasRoomForHeld();
    }

    private boolean mayBegin(Entry<M> entry) {
        return isBefore(entry, heldBackFrom) && isBefore(entry, cut);
    }

    /** A gap lies before the message of its place. */
    private boolean isBefore(Entry<M> entry, long place) {
        return place == NEVER || entry.place() < place || entry.gap() != null && entry.place() == place;
    }

    private void report(long now) {
        if (!unsent.isEmpty()) {
            return;
        }
        long complete = completeBefore();
        Reference reference = stream.places.name(complete);
        if (reports.isDue(reference, heir, complete, stream.sinceMarker(), now)) {
            if (reports.isSignDue(now)) {
                poll(null, now);
            }
            stream.places.forgetBefore(complete);
            long unanswered = heir.unansweredFrom();
            stream.names.forgetBefore(unanswered == NEVER ? complete : Math.min(complete, unanswered));
            send(progress(complete, now));
        }
    }

    private ControlMessage progress(long complete, long now) {
        ControlMessage progress = reports.next(token(), stream.places.name(complete), complete, now).with("epoch", stream.epoch())
                .with("aux", auxiliary).with("age", millis(now - ledSince)).with("timeout", millis(leaderTimeout))
                .with("grace", millis(grace()));
        return withNames(withGap(progress));
    }

    /** Tells a standby that has just joined how messages behind its JOIN are named. */
    private ControlMessage withNames(ControlMessage report) {
        Places.Place join = heir.unanswered();
        Names.Anchor naming = join == null ? null : stream.names.at(join.before());
        return naming == null ? report
                : report.with("join", join.token()).with("jn", naming.marker()).with("jcount", naming.count());
    }

    /**
     * Says in a report that a gap has still to be told, for a gap has no place of its own in the stream: a standby that goes on
     * from the reported place would not know of it.
     */
    private ControlMessage withGap(ControlMessage report) {
        boolean untold = gap != null && !gap.gap().first() && (isGapInBacklog() || gapTakenBack || effects.isGapUnhandled());
        return untold ? report.with("gap", gap.gap().millis()) : report;
    }

    private boolean isGapInBacklog() {
        return !backlog.isEmpty() && gap != null && backlog.peek().place() <= gap.place();
    }

    /** Takes back what has not begun; it is for whoever follows, and so is a gap among it. */
    private void takeBack() {
        gapTakenBack |= isGapInBacklog();
        gapTakenBack |= effects.withdraw().stream().anyMatch(entry -> entry.gap() != null);
    }

    /** What waits in the backlog is not complete either. */
    private long completeBefore() {
        return Math.min(effects.watermark(), backlog.isEmpty() ? stream.place() : backlog.peek().place());
    }

    /**
     * The stream is not read for the moment because a queue is full, so this member's own markers do not come by. What a
     * leader then says over an auxiliary connection must depend, at the server, on its holding the lock; null: nothing now.
     *
     * @param connection backend of that connection, 0: there is none yet
     */
    public ControlMessage signOfLife(int connection, long now) {
        if (heir.isToBeLookedUp()) {
            lookUp(now);
        }
        if (stopping) {
            lookAround(now);
            resignIfPossible(now);
        }
        if (role != Role.LEADER || connection == 0) {
            return null;
        }
        if (auxiliary != connection) {
            auxiliary = connection;
            announcedTo = 0;
        }
        if (now - lastSign < signNanos) {
            return null;
        }
        lastSign = now;
        return ControlMessage.of(Type.ALIVE, token()).with("epoch", stream.epoch());
    }

    /**
     * The sign of life is committed, and so this member leads: the lease begins with the call that asked for it.
     *
     * @param standby backend that holds the standby's place, 0: none
     */
    public void signSent(int standby, long now) {
        effects.renewLease(lastSign, 0);
        if (standby != announcedTo) {
            announcedTo = standby;
            // A standby believes a second backend only if the one that holds the lock has named it. Without a standby nothing
            // is sent on the listening connection, where the driver would take in the whole backlog before the answer.
            // Twice: it may have the place and not listen yet.
            announcements = standby == 0 ? 0 : 2;
        }
        if (announcements > 0) {
            announcements--;
            send(progress(completeBefore(), now));
        }
    }

    // ---- leaving

    /** Begins the orderly stop, which ends with {@link Effects#stopped}. */
    public void stop(long now) {
        if (stopping) {
            return;
        }
        stopping = true;
        switch (role) {
            case LEADER -> wantToStop(now);
            case STANDBY -> poll(Lock.LEADER, now);
            case COLD -> {
                if (!polling && isFreeToLeave()) {
                    finish();
                }
            }
            case DISCONNECTED -> leaveIfPossible();
            default -> { }
        }
    }

    public boolean isStopping() {
        return stopping;
    }

    /** Takes back {@link #stop}, if the end has not begun: so does who neither leads nor has stopped. */
    public boolean goOn() {
        if (role != Role.LEADER && role != Role.RESIGNING && role != Role.STOPPED) {
            stopping = false;
        }
        return !stopping;
    }

    /** After {@link Effects#stopped}: it may take part again, once it is {@link #connected}. */
    public void again() {
        stopping = false;
        givesUp = false;
        become(Role.DISCONNECTED, "takes part again");
    }

    /** Without a connection: who was alone finishes what it has taken in, who was not waits to learn who leads. */
    private void leaveIfPossible() {
        if (stopping && remnant.isOnlyHere() && !othersSeen) {
            long first = remnant.entries().peek().place();
            backlog.addAll(remnant.entries());
            remnant.drop();
            heldBackFrom = NEVER;
            cut = NEVER;
            effects.openUnfenced(first);
            pump();
        }
        if (isFreeToLeave()) {
            leaveWhenIdle();
        }
    }

    /** Whether nobody needs this member any more that neither leads nor stands by. */
    private boolean isFreeToLeave() {
        return stopping && remnant.isEmpty();
    }

    /** What has begun before the stream broke is finished before the end. */
    private void leaveWhenIdle() {
        effects.awaitIdle();
    }

    private void wantToStop(long now) {
        seenStandby = 0;
        waitFor(now);
        nextLook = now;
        lookAround(now);
    }

    private void waitFor(long now) {
        waitsSince = now;
        caughtUpAt = NEVER;
    }

    /** Whether there is somebody to hand over to changes while the leader stops. */
    private void lookAround(long now) {
        if (role == Role.LEADER && now - nextLook >= 0) {
            nextLook = now + LOOK_NANOS + 4 * roundTrip;
            poll(null, now);
        }
    }

    private void resignIfPossible(long now) {
        if (role == Role.RESIGNING) {
            if (cut != NEVER && !resigned && heir.isReady()) {
                // It has got in step meanwhile: what has not begun is for the heir too.
                cut = NEVER;
                handOver();
            }
        } else if (role != Role.LEADER) {
            return;
        } else if (!othersKnown) {
            poll(null, now);
        } else if (heir.isReady()) {
            // The heir has it all and drops nothing: what has not begun is for the heir.
            cut = NEVER;
            become(Role.RESIGNING, "stops; the standby is in step");
            handOver();
        } else if (heir.heldFrom() != NEVER) {
            keepBefore(heir.heldFrom());
            become(Role.RESIGNING, "stops; the standby keeps what comes from now on, so it finishes what came before");
            finishBefore();
        } else {
            if (heir.isToBeNoticed(roundTrip, now)) {
                send(ControlMessage.of(Type.RESIGNING, heir.notice(this::token, now)).with("epoch", stream.epoch()));
            }
            if (isOnItsOwn(now)) {
                finishAlone();
            }
        }
    }

    /** What has not begun is for the heir. */
    private void handOver() {
        takeBack();
        backlog.clear();
        effects.awaitIdle();
    }

    /** Whether there is nobody to hand over to, as far as can be seen now. */
    private boolean isOnItsOwn(long now) {
        long patience = Math.max(HEIR_NANOS, 4 * acquireNanos);
        if (alone) {
            return true;
        } else if (heir.isPresent()) {
            return heir.isLate(patience, now);
        }
        // A standby's JOIN may lie behind messages that this leader has no room for yet.
        long since = seenStandby == 0 ? waitsSince : caughtUpAt;
        return since != NEVER && now - since >= patience;
    }

    /** Finishes what it has taken in, and keeps what comes meanwhile, for somebody may join before that is done. */
    private void finishAlone() {
        if (cut == NEVER) {
            cut = stream.place();
            heldBackFrom = NEVER;
            pump();
        }
        if (completeBefore() >= cut) {
            become(Role.RESIGNING, "stops; there is no standby, and all that it took in is finished");
            resign(true);
        } else if (!effects.isIdle()) {
            effects.awaitIdle();
        }
    }

    /** Of what has not begun, only what lies before that place is still for this member. */
    private void keepBefore(long place) {
        List<Entry<M>> undone = new ArrayList<>(effects.withdraw());
        backlog.forEach(undone::add);
        backlog.clear();
        long firstUndone = undone.isEmpty() ? stream.place() : undone.get(0).place();
        cut = Math.max(place, firstUndone);
        undone.stream().filter(entry -> isBefore(entry, cut)).forEach(backlog::add);
        heir.forgetJoiners();
        heldBackFrom = heir.unansweredFrom();
        effects.open(firstUndone);
    }

    /** Everything that was delivered is complete. */
    public void drained(long now) {
        if (!effects.isIdle()) {
            // The answer to an older question: more was delivered since.
            effects.awaitIdle();
        } else if (role == Role.LEADER && stopping) {
            resignIfPossible(now);
        } else if (role == Role.DISCONNECTED && !backlog.isEmpty()) {
            pump();
            effects.awaitIdle();
        } else if (role != Role.RESIGNING) {
            if (givesUp || role == Role.DISCONNECTED && isFreeToLeave()) {
                finish();
            }
        } else {
            finishBefore();
        }
    }

    /** As resigning: finishes what is left for it. What must not begin yet is looked at again with the next tick. */
    private void finishBefore() {
        pump();
        if (!effects.isIdle()) {
            effects.awaitIdle();
        } else if (backlog.isEmpty()) {
            resign(true);
        }
    }

    /** Goes on with the end although not everything is complete. */
    public void giveUpDraining(long now) {
        switch (role) {
            case LEADER -> {
                become(Role.RESIGNING, "stops; its time is up");
                resign(false);
            }
            case RESIGNING -> resign(false);
            case STOPPED -> { }
            default -> giveUp(now);
        }
    }

    /** What this member had taken in when its stream broke, or has just inherited, it can't deliver any more: told as a gap. */
    private void giveUp(long now) {
        effects.withdraw();
        Entries<M> left = !remnant.isEmpty() ? remnant.entries() : !backlog.isEmpty() ? backlog : buffer.entries();
        if (left.isEmpty() || role == Role.STANDBY && remnant.isEmpty()) {
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

    private void resign(boolean everythingIsDone) {
        if (!resigned) {
            resigned = true;
            takeBack();
            // With nothing left the handler's queue knows only up to where it was given something.
            long complete = everythingIsDone && cut != NEVER ? cut : completeBefore();
            backlog.clear();
            send(withNames(withGap(ControlMessage.of(Type.RESIGN, token()).at(stream.places.name(complete))
                    .with("epoch", stream.epoch()).with("begun", Math.max(0, effects.begunUpTo() - complete)))));
        }
    }

    /** The locks that are left go with {@link Effects#stopped}. */
    private void finish() {
        if (role != Role.STOPPED) {
            buffer.clear();
            backlog.clear();
            remnant.drop();
            become(Role.STOPPED, "stopped");
            effects.stopped();
        }
    }

    private void become(Role next, String reason) {
        role = next;
        effects.changed(next, inStep, reason);
    }

    private String word() {
        return Long.toString(random.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
    }
}
