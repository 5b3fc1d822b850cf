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
     * How long a take-over waits that was not announced. A leader whose backend was ended learns it in this time, or its
     * session's thread does not run; whoever begins messages checks that this thread has run within this time.
     */
    public static final Duration GRACE = Duration.ofMillis(100);

    /** Longest silence of a leader. */
    private static final long SIGN_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Between asking questions that others can provoke. */
    private static final long QUESTION_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Before a failed control message is tried again. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long a leader that stops waits for a standby that is not in step yet. */
    private static final long HEIR_NANOS = TimeUnit.SECONDS.toNanos(2);
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
    private int formerBackend;
    private boolean stopping;
    private boolean polling;
    private long nextPoll;
    private long nextQuestion;
    private long nextAnswer;
    private long tokens;
    private final StreamView<M> stream = new StreamView<>();
    private final ArrayDeque<ControlMessage> unsent = new ArrayDeque<>();
    private long retryAt;

    // ---- kept over a broken stream
    private final Entries<M> kept;
    private boolean hasLed;
    private long brokenAt = NEVER;

    // ---- as cold or standby
    private boolean holdsPlace;
    private boolean listening;
    private boolean joined;
    private String joinToken;
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
    private final Challenge watchedLeader = new Challenge();
    /** It shows no life and this user may not end it; 0: no such. */
    private int undeposable;
    /** What senders have said of whom it is not known yet whether they lead. */
    private final ArrayDeque<Claim> claims = new ArrayDeque<>();
    private int claimant;
    /** The leader's notice that it wants to stop, and the one that was answered. */
    private String notice;
    private String confirmed;
    /** The leader stopped with everything before this place complete, and so many after it begun. */
    private long resignedAt;
    private long begunAtResign;

    // ---- as leader
    private String takeoverToken;
    private boolean takeoverCameBy;
    private long leadAt;
    /** What has no room in the handler's queue yet. */
    private final Entries<M> backlog;
    private final Reports reports;
    private final Heir heir = new Heir();
    private final Challenge watchedStandby = new Challenge();
    private int auxiliary;
    private long lastSign;
    private int announcedTo;
    private int announcements;
    private boolean othersKnown;
    private long heirDeadline;
    private boolean resigned;

    /**
     * @param entries makes an empty list of messages
     * @param random  names this member and its terms: others must not be able to guess it
     */
    public Leadership(LeadOptions options, Effects<M> effects, Supplier<Entries<M>> entries, RandomGenerator random) {
        this.effects = effects;
        this.kept = entries.get();
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

    // ---- the stream

    public void connected(int newBackend, long now) {
        backend = newBackend;
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
        auxiliary = 0;
        heir.clear();
        forgetLeader();
        if (stopping) {
            finish();
            return;
        }
        become(Role.COLD, "connected");
        effects.present();
        poll(Lock.STANDBY, now);
    }

    private void forgetLeader() {
        leader = 0;
        leaderEpoch = null;
        leaderAuxiliary = 0;
        ledSince = NEVER;
        announcedTimeout = 0;
        notice = null;
        confirmed = null;
        resignedAt = NEVER;
    }

    /** Nothing is thrown away yet: a restart of the server breaks the stream of all members alike. */
    public void disconnected(long now) {
        formerBackend = backend;
        switch (role) {
            case LEADER -> {
                kept.addAll(effects.withdraw());
                kept.addAll(backlog);
                brokenAt = now;
            }
            case RESIGNING -> effects.withdraw();
            case STANDBY, TAKING_OVER -> {
                if (inStep || noPredecessor || role == Role.TAKING_OVER) {
                    kept.addAll(buffer.entries());
                    brokenAt = now;
                }
            }
            default -> { }
        }
        backlog.clear();
        buffer.clear();
        inStep = false;
        if (role != Role.STOPPED) {
            become(Role.DISCONNECTED, "the connection broke");
        }
        if (stopping) {
            finish();
        }
    }

    /** Whether another data message can be taken. */
    public boolean ready() {
        if (role == Role.LEADER) {
            pump();
            // One that stops need not have room: what it has not begun goes to the heir, whose answer comes in the stream.
            return backlog.isEmpty() || stopping && !backlog.isMemoryExceeded();
        }
        return true;
    }

    /** A data message. */
    public void data(M message, long now) {
        Entry<M> entry = stream.next(message);
        switch (role) {
            case LEADER -> {
                if (backlog.isEmpty() && effects.hasRoom()) {
                    effects.deliver(entry);
                } else {
                    backlog.add(entry);
                }
            }
            case STANDBY, TAKING_OVER -> {
                // Once the leader wants to stop, or is gone, nobody else has what would be dropped here.
                boolean overLimit = role == Role.TAKING_OVER || notice != null;
                if (joined && !buffer.keep(entry, overLimit)) {
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
                if (role == Role.LEADER) {
                    heir.joins(sender, stream.note(message));
                    lookUp(now);
                }
            }
            case SYNCED, ALIVE -> showsLife(sender, message, now);
            case CHALLENGE -> challenged(message, now);
            case VACANT -> {
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
        } else if (role == Role.LEADER && heir.is(sender)) {
            watchedStandby.heard(now);
            if (message.type() == Type.SYNCED) {
                heir.isSynced(message.text("to"));
                if (stopping) {
                    resignIfPossible(now);
                }
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
                    joined = true;
                    buffer.begin(stream.place());
                    stream.places.add(stream.note(message));
                }
            }
            case TAKEOVER -> {
                if (role == Role.TAKING_OVER && message.token().equals(takeoverToken)) {
                    leader = backend;
                    takeoverCameBy = true;
                    stream.mark(message);
                    leadIfDue(now);
                }
            }
            case PROGRESS -> {
                if (role == Role.LEADER || role == Role.RESIGNING) {
                    stream.mark(message);
                    if (reports.isLatest(message.token())) {
                        effects.renewLease(reports.sentAt());
                    }
                }
            }
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
            send(unsent.remove());
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
                    resignIfPossible(now);
                }
            }
            case RESIGNING -> {
                // What has begun may take longer than others wait for a sign of life.
                if (!resigned) {
                    report(now);
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
        switch (role) {
            case COLD -> polledCold(poll, now);
            case STANDBY -> polledStandby(poll, now);
            case LEADER -> polledLeader(poll, now);
            default -> { }
        }
    }

    private void polledCold(Poll poll, long now) {
        if (poll.acquired() && listening) {
            // The leader's lock, although another has the standby's place and does not use it.
            takeOver(now);
        } else if (stopping) {
            finish();
        } else if (poll.acquired()) {
            holdsPlace = true;
            forgetKeptIfAnotherLeads(poll);
            standBy(poll, now);
        } else {
            if (poll.standby() != formerBackend) {
                kept.clear();
            }
            forgetKeptIfAnotherLeads(poll);
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

    private void forgetKeptIfAnotherLeads(Poll poll) {
        if (poll.leader() != 0 && poll.leader() != formerBackend) {
            kept.clear();
        }
    }

    private void standBy(Poll poll, long now) {
        noPredecessor = poll.leader() == 0;
        watchedLeader.watch(poll.leader(), now);
        become(Role.STANDBY, "has the standby's place");
        listen();
        joinToken = token();
        send(ControlMessage.of(Type.JOIN, joinToken));
        if (noPredecessor) {
            poll(Lock.LEADER, now);
        }
    }

    private void listen() {
        if (!listening) {
            listening = true;
            effects.listen();
        }
    }

    private void polledStandby(Poll poll, long now) {
        if (poll.acquired()) {
            takeOver(now);
            return;
        }
        if (stopping) {
            finish();
            return;
        }
        forgetKeptIfAnotherLeads(poll);
        if (poll.leader() != 0) {
            noPredecessor = false;
            if (poll.leader() != leader) {
                watchedLeader.watch(poll.leader(), now);
            }
        }
        List<Claim> claimed = claims.stream().filter(each -> each.sender == poll.leader()).toList();
        claims.clear();
        if (!claimed.isEmpty()) {
            leader = poll.leader();
            leaderEpoch = claimed.get(0).message.text("epoch");
            watchedLeader.watch(leader, now);
            claimed.forEach(each -> heed(each.message, each.at, now));
        }
    }

    private void polledLeader(Poll poll, long now) {
        watchedStandby.watch(poll.standby(), now);
        Places.Place join = heir.isHolder(poll.standby());
        if (join != null) {
            stream.places.add(join);
            watchedStandby.heard(now);
            reports.want();
        }
        if (stopping) {
            othersKnown = true;
            if (poll.members() <= 1 && poll.standby() == 0) {
                heirDeadline = now;
            }
            resignIfPossible(now);
        }
        if (role == Role.LEADER) {
            report(now);
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
        } else if (message.type() == Type.RESIGN) {
            effects.unlock(Lock.LEADER);
        } else if (message.type() == Type.VACANT) {
            finish();
        }
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
        if (message.type() == Type.TAKEOVER || message.text("epoch").equals(leaderEpoch)) {
            accept(message, at, now);
        }
    }

    /** @param at where it came by: more may have come since, when its sender had to be looked up */
    private void accept(ControlMessage message, Places.Place at, long now) {
        leaderEpoch = message.text("epoch");
        watchedLeader.heard(now);
        undeposable = 0;
        noPredecessor = false;
        switch (message.type()) {
            case TAKEOVER -> {
                hearTerm(message, at, now);
                notice = null;
                resignedAt = NEVER;
                setInStep(false, "another leads");
            }
            case PROGRESS -> {
                hearTerm(message, at, now);
                dropBefore(message.reference());
            }
            case RESIGNING -> {
                notice = message.token();
                confirm();
            }
            case RESIGN -> {
                notice = message.token();
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
        buffer.rename(at.before(), stream::idOf);
        leaderAuxiliary = (int) message.number("aux");
        long millis = message.number("timeout");
        announcedTimeout = millis == 0 ? NEVER : TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** The leader has completed everything before: in step if that place, and so all after it, is held here. */
    private boolean dropBefore(Reference reference) {
        long complete = reference == null ? NEVER : stream.places.find(reference);
        if (complete != NEVER) {
            // Not what lies before the place: the leader may not have read yet what has come by here, and name it by less.
            stream.places.forgetBefore(reference);
        }
        if (!joined || complete == NEVER || !buffer.dropBefore(complete)) {
            setInStep(false, "the leader's progress lies before what is held");
            return false;
        }
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

    private void setInStep(boolean value, String reason) {
        if (inStep != value) {
            inStep = value;
            effects.changed(role, inStep, reason);
        }
        synced &= value;
    }

    // ---- taking over

    private void takeOver(long now) {
        become(Role.TAKING_OVER,
                resignedAt != NEVER ? "the leader resigned" : noPredecessor ? "nobody leads" : "the leader is gone");
        leadAt = resignedAt != NEVER ? now : now + GRACE.toNanos();
        takeoverCameBy = false;
        takeoverToken = token();
        reports.begin(takeoverToken, now);
        send(ControlMessage.of(Type.TAKEOVER, takeoverToken).with("epoch", word())
                .with("timeout", TimeUnit.NANOSECONDS.toMillis(leaderTimeout)));
    }

    private void leadIfDue(long now) {
        if (!takeoverCameBy || now - leadAt < 0) {
            return;
        }
        long termBegan = reports.sentAt();
        List<Entry<M>> inherited = inheritance(now);
        long completeBefore = inherited.isEmpty() ? stream.place() : inherited.get(0).place();
        buffer.clear();
        kept.clear();
        backlog.addAll(inherited);
        brokenAt = NEVER;
        hasLed = true;
        inStep = false;
        othersKnown = false;
        heir.clear();
        ledSince = now;
        become(Role.LEADER, "inherits " + backlog.size() + " messages and gaps");
        effects.renewLease(termBegan);
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

    /** What lay before the take-over: from before the stream broke, a gap where nobody can vouch, and what was kept since. */
    private List<Entry<M>> inheritance(long now) {
        List<Entry<M>> all = new ArrayList<>();
        kept.forEach(entry -> all.add(entry.asRedelivered()));
        boolean orderly = resignedAt != NEVER;
        if (!(inStep || orderly) || !kept.isEmpty()) {
            long from = buffer.entries().isEmpty() ? stream.place() : buffer.entries().peek().place();
            long millis = brokenAt == NEVER ? 0 : TimeUnit.NANOSECONDS.toMillis(now - brokenAt);
            all.add(Entry.gap(from, millis, noPredecessor && !hasLed));
        }
        for (Entry<M> entry : buffer.entries()) {
            boolean fresh = noPredecessor || orderly && entry.place() >= resignedAt + begunAtResign;
            all.add(fresh ? entry : entry.asRedelivered());
        }
        return all;
    }

    // ---- as leader

    private void pump() {
        while (!backlog.isEmpty() && effects.hasRoom()) {
            effects.deliver(backlog.remove());
        }
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
            send(progress(complete, now));
        }
    }

    private ControlMessage progress(long complete, long now) {
        return reports.next(token(), stream.places.name(complete), complete, now).with("epoch", stream.epoch()).with("aux", auxiliary)
                .with("age", TimeUnit.NANOSECONDS.toMillis(now - ledSince)).with("timeout", TimeUnit.NANOSECONDS.toMillis(leaderTimeout));
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
        if (stopping) {
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
        effects.renewLease(lastSign);
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
            case COLD, STANDBY -> {
                if (!polling) {
                    finish();
                }
            }
            case DISCONNECTED -> finish();
            default -> { }
        }
    }

    private void wantToStop(long now) {
        heirDeadline = now + Math.max(HEIR_NANOS, 4 * acquireNanos);
        poll(null, now);
    }

    private void resignIfPossible(long now) {
        if (role != Role.LEADER) {
            return;
        }
        if (!othersKnown) {
            poll(null, now);
        } else if (heir.isReady()) {
            // The heir has it all and drops nothing: what has not begun is for the heir.
            effects.withdraw();
            backlog.clear();
            become(Role.RESIGNING, "stops; the standby is in step");
            effects.awaitIdle();
        } else if (now - heirDeadline >= 0) {
            become(Role.RESIGNING, "stops; no standby is in step, so it finishes all that it took in");
            pump();
            effects.awaitIdle();
        } else if (heir.isToBeNoticed(now)) {
            send(ControlMessage.of(Type.RESIGNING, heir.notice(this::token, now)).with("epoch", stream.epoch()));
        }
    }

    /** Everything that was delivered is complete. */
    public void drained(long now) {
        if (role != Role.RESIGNING) {
            return;
        }
        if (backlog.isEmpty()) {
            resign();
        } else {
            pump();
            effects.awaitIdle();
        }
    }

    /** Goes on with the end although not everything is complete. */
    public void giveUpDraining(long now) {
        if (role == Role.LEADER) {
            become(Role.RESIGNING, "stops; its time is up");
        }
        if (role == Role.RESIGNING) {
            backlog.clear();
            resign();
        }
    }

    private void resign() {
        if (!resigned) {
            resigned = true;
            effects.withdraw();
            long complete = Math.min(effects.watermark(), stream.place());
            send(ControlMessage.of(Type.RESIGN, token()).at(stream.places.name(complete))
                    .with("epoch", stream.epoch()).with("begun", effects.begunAfterWatermark()));
        }
    }

    /** The locks that are left go with {@link Effects#stopped}. */
    private void finish() {
        if (role != Role.STOPPED) {
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
