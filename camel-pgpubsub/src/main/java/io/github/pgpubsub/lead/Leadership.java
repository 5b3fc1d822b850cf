package io.github.pgpubsub.lead;

import io.github.pgpubsub.lead.ControlMessage.Type;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    /** At most one report in this time while messages flow. */
    private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
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

    private final LeadOptions options;
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
    private long tokens;

    // ---- the stream as this member has seen it
    /** Data messages counted so far. */
    private long place;
    private final Places places = new Places();
    /** What is kept for a take-over, and on a leader what has no room in the handler's queue yet. */
    private final ArrayDeque<Entry<M>> buffer = new ArrayDeque<>();
    /** Everything from this place on is in the buffer. */
    private long heldFrom;

    // ---- the leader as this member knows it, itself included
    private int leader;
    private String epoch;
    private long marker;
    private long count;
    private long announcedTimeout;
    private int leaderAuxiliary;

    // ---- as cold or standby
    private boolean holdsStandby;
    private boolean joined;
    private String joinToken;
    private boolean noPredecessor;
    private boolean inStep;
    private boolean synced;
    private boolean listening;
    private long vacantSince = -1;
    private final Challenge watchedLeader = new Challenge();
    /** The leader's notice that it wants to stop, and the one that was answered. */
    private String notice;
    private String confirmed;
    /** The leader stopped with everything before this place complete, and so many after it begun. -1: it did not. */
    private long resignedAt = -1;
    private long begunAtResign;

    // ---- kept over a broken stream
    private final List<Entry<M>> kept = new ArrayList<>();
    private boolean hadStream;
    private long brokenAt;

    // ---- as leader
    private String takeoverToken;
    private boolean takeoverCameBy;
    private long leadAt;
    private long vouchedUntil;
    private long reports;
    private int announcedAuxiliary;
    private int announcedTo;
    private int announcements;
    private long lastSign;
    private long lastReport;
    private Reference lastReference;
    private long lastMarkerPlace;
    private String reportToken;
    private long reportSentAt;
    private boolean reportPending;
    private boolean reportWanted;
    private int standby;
    private boolean standbySynced;
    private long standbyJoinedAt;
    private int joiner;
    private long nextQuestion;
    private final Challenge watchedStandby = new Challenge();
    private long heirDeadline;
    private boolean askedForHeir;
    private boolean heirKnown;
    private final ArrayDeque<ControlMessage> unsent = new ArrayDeque<>();
    private long retryAt;
    private int noticeTo;
    private String noticeToken;
    private boolean heirConfirmed;

    public Leadership(LeadOptions options, Effects<M> effects, RandomGenerator random) {
        this.options = options;
        this.effects = effects;
        this.random = random;
        this.acquireNanos = options.acquireInterval().toNanos();
        this.leaderTimeout = options.leaderTimeout().toNanos();
        this.signNanos = leaderTimeout == 0 ? SIGN_NANOS : Math.min(SIGN_NANOS, leaderTimeout / 6);
        this.name = word();
    }

    public Role role() {
        return role;
    }

    public boolean isInStep() {
        return inStep;
    }

    /** The backend that leads as far as this member knows, 0: none known. */
    public int leader() {
        return leader;
    }

    /** Whether another data message can be taken. */
    public boolean ready() {
        if (role == Role.LEADER) {
            pump();
            return buffer.isEmpty();
        }
        return true;
    }

    // ---- the stream

    public void connected(int newBackend, long now) {
        backend = newBackend;
        places.clear();
        leader = 0;
        epoch = null;
        polling = false;
        holdsStandby = false;
        joined = false;
        listening = false;
        inStep = false;
        synced = false;
        vacantSince = -1;
        notice = null;
        confirmed = null;
        resignedAt = -1;
        noticeTo = 0;
        noticeToken = null;
        heirConfirmed = false;
        unsent.clear();
        reportPending = false;
        standby = 0;
        joiner = 0;
        leaderAuxiliary = 0;
        announcedAuxiliary = 0;
        if (stopping) {
            finish();
            return;
        }
        become(Role.COLD, "connected");
        effects.present();
        poll(Lock.STANDBY, now);
    }

    public void disconnected(long now) {
        formerBackend = backend;
        if (role == Role.LEADER || role == Role.RESIGNING) {
            kept.addAll(effects.withdraw());
        }
        if (role == Role.LEADER || role == Role.STANDBY && (inStep || noPredecessor) || role == Role.TAKING_OVER) {
            kept.addAll(buffer);
            if (brokenAt == 0 || role != Role.COLD) {
                brokenAt = now;
            }
        }
        buffer.clear();
        inStep = false;
        if (role != Role.STOPPED) {
            become(Role.DISCONNECTED, "the connection broke");
        }
        if (stopping) {
            finish();
        }
    }

    /** A data message. */
    public void data(M message, long now) {
        long here = place++;
        MessageId id = epoch == null ? null : new MessageId(epoch, marker, ++count);
        switch (role) {
            case LEADER -> {
                Entry<M> entry = Entry.message(here, message, id);
                if (buffer.isEmpty() && effects.hasRoom()) {
                    effects.deliver(entry);
                } else {
                    buffer.add(entry);
                }
            }
            case STANDBY, TAKING_OVER -> {
                if (joined) {
                    keep(Entry.message(here, message, id));
                }
            }
            default -> { }
        }
    }

    private void keep(Entry<M> entry) {
        buffer.add(entry);
        // Who waits for the lock that its owner gives back must drop nothing: nobody else has it any more.
        if (role == Role.STANDBY && notice == null && buffer.size() > options.standbyBuffer()) {
            buffer.remove();
            heldFrom = entry.place() + 1 - buffer.size();
            noPredecessor = false;
            setInStep(false, "more than " + options.standbyBuffer() + " messages are not done yet");
        }
    }

    /** A control message, sent by that backend. */
    public void control(int sender, ControlMessage message, long now) {
        if (sender == backend && message.token().startsWith(name + ".")) {
            cameBy(message, now);
            return;
        }
        switch (message.type()) {
            case JOIN -> {
                if (role == Role.LEADER) {
                    places.add(message.token(), place);
                    joiner = sender;
                    standbyJoinedAt = place;
                    ask(now);
                }
            }
            case SYNCED, ALIVE -> {
                if (role == Role.STANDBY && sender == leaderAuxiliary && message.text("epoch").equals(epoch)) {
                    watchedLeader.heard(now);
                }
                if (role == Role.LEADER && sender == standby) {
                    watchedStandby.heard(now);
                    standbySynced |= message.type() == Type.SYNCED;
                    if (message.text("to").equals(noticeToken)) {
                        heirConfirmed = true;
                        resignIfHeirIsReady(now);
                    }
                }
            }
            case CHALLENGE -> challenged(message, now);
            case VACANT -> {
                if (role == Role.STANDBY) {
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

    private void challenged(ControlMessage message, long now) {
        if (message.number("to") != backend) {
            return;
        }
        if (role == Role.LEADER) {
            reportWanted = true;
        } else if (role == Role.STANDBY) {
            send(ControlMessage.of(Type.ALIVE, token()));
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
            case STANDBY -> tickStandby(now);
            case TAKING_OVER -> leadIfDue(now);
            case LEADER -> tickLeader(now);
            default -> { }
        }
    }

    private void tickStandby(long now) {
        if (now - nextPoll >= 0) {
            poll(Lock.LEADER, now);
        }
        long limit = Math.max(leaderTimeout, announcedTimeout);
        if (leaderTimeout == 0 || announcedTimeout < 0 || !joined) {
            return;
        }
        if (watchedLeader.isDue(now, limit)) {
            ask(watchedLeader);
        } else if (watchedLeader.isUnanswered(now, limit / 3)) {
            effects.terminate(watchedLeader.backend(), Lock.LEADER);
            watchedLeader.heard(now);
        }
    }

    private void tickLeader(long now) {
        pump();
        if (joiner != 0 && now - nextQuestion >= 0) {
            ask(now);
        }
        report(now);
        if (leaderTimeout > 0) {
            if (watchedStandby.isDue(now, leaderTimeout)) {
                ask(watchedStandby);
            } else if (watchedStandby.isUnanswered(now, leaderTimeout / 3)) {
                effects.terminate(watchedStandby.backend(), Lock.STANDBY);
                watchedStandby.heard(now);
            }
        }
        if (stopping) {
            resignIfHeirIsReady(now);
        }
    }

    private void ask(Challenge watched) {
        String token = token();
        watched.asked(token);
        send(ControlMessage.of(Type.CHALLENGE, token).with("to", watched.backend()));
    }

    // ---- a session that does not read, because a queue is full

    /**
     * The stream is not read for the moment, so this member's own markers do not come by. What a leader then says over an
     * auxiliary connection must depend, at the server, on its holding the lock; null: nothing now.
     *
     * @param auxiliary backend of that connection
     */
    public ControlMessage signOfLife(int auxiliary, long now) {
        if (stopping) {
            resignIfHeirIsReady(now);
        }
        if (role != Role.LEADER) {
            return null;
        }
        if (announcedAuxiliary != auxiliary) {
            // Others believe a second backend only if the one that holds the lock has named it.
            announcedAuxiliary = auxiliary;
            send(progress(places.name(completeBefore()), now));
            return null;
        }
        if (now - lastSign < signNanos) {
            return null;
        }
        lastSign = now;
        return ControlMessage.of(Type.ALIVE, token()).with("epoch", epoch);
    }

    /**
     * The sign of life is committed, and so this member leads: the lease begins with the call that asked for it.
     *
     * @param standbyNow backend that holds the standby's place, 0: none
     */
    public void signSent(int standbyNow, long now) {
        effects.renewLease(lastSign);
        if (standbyNow != announcedTo) {
            announcedTo = standbyNow;
            // Twice: it may have the place and not listen yet.
            announcements = standbyNow == 0 ? 0 : 2;
        }
        if (announcements > 0) {
            announcements--;
            send(progress(places.name(completeBefore()), now));
        }
    }

    // ---- locks

    private void poll(Lock tried, long now) {
        if (!polling) {
            polling = true;
            nextPoll = now + acquireNanos;
            effects.poll(tried);
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
        } else if (poll.acquired()) {
            holdsStandby = true;
            forgetKeptIfAnotherLeads(poll);
            standBy(poll, now);
        } else if (stopping) {
            finish();
        } else {
            if (poll.standby() != formerBackend) {
                kept.clear();
            }
            forgetKeptIfAnotherLeads(poll);
            if (poll.leader() != 0) {
                vacantSince = -1;
            } else if (vacantSince < 0) {
                vacantSince = now;
            } else if (now - vacantSince > Math.max(5 * acquireNanos, VACANCY_NANOS)) {
                listen();
                poll(Lock.LEADER, now);
            }
        }
    }

    private void forgetKeptIfAnotherLeads(Poll poll) {
        if (poll.leader() != 0 && poll.leader() != formerBackend) {
            kept.clear();
        }
    }

    private void standBy(Poll poll, long now) {
        if (stopping) {
            finish();
            return;
        }
        noPredecessor = poll.leader() == 0;
        announcedTimeout = 0;
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
        if (claim != null) {
            ControlMessage message = claim;
            int sender = claimant;
            claim = null;
            if (poll.leader() == sender) {
                leader = sender;
                watchedLeader.watch(sender, now);
                accept(message, now);
            }
        }
    }

    /** The answer to {@link Effects#unlock}. */
    public void unlocked(Lock lock, long now) {
        if (lock == Lock.LEADER && role == Role.RESIGNING) {
            send(ControlMessage.of(Type.VACANT, token()));
        }
    }

    /** The answer to {@link Effects#terminate}: false where this user may not end that backend. */
    public void terminated(int ended, Lock lock, boolean allowed, long now) {
        if (!allowed) {
            effects.cannotDepose(ended);
        } else if (lock == Lock.LEADER && role == Role.STANDBY) {
            poll(Lock.LEADER, now);
        }
    }

    // ---- control messages of this member

    private String token() {
        return name + "." + tokens++;
    }

    private void send(ControlMessage message) {
        effects.send(message);
    }

    /** The answer to {@link Effects#send}. */
    public void sent(ControlMessage message, boolean committed, long now) {
        if (message.token().equals(reportToken)) {
            reportPending = false;
        }
        if (!committed) {
            // A report is made anew; everything else must be said.
            if (message.type() != Type.PROGRESS) {
                unsent.add(message);
                retryAt = now + RETRY_NANOS;
            }
            return;
        }
        if (message.type() == Type.RESIGN) {
            effects.unlock(Lock.LEADER);
        } else if (message.type() == Type.VACANT) {
            finish();
        }
    }

    private void cameBy(ControlMessage message, long now) {
        switch (message.type()) {
            case JOIN -> {
                if (message.token().equals(joinToken)) {
                    joined = true;
                    heldFrom = place;
                    places.add(message.token(), place);
                }
            }
            case TAKEOVER -> {
                if (role == Role.TAKING_OVER && message.token().equals(takeoverToken)) {
                    leader = backend;
                    epoch = message.text("epoch");
                    mark(message, 0);
                    takeoverCameBy = true;
                    leadIfDue(now);
                }
            }
            case PROGRESS -> {
                if (role == Role.LEADER) {
                    mark(message, message.number("n"));
                    if (message.token().equals(reportToken)) {
                        effects.renewLease(reportSentAt);
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

    private void mark(ControlMessage message, long number) {
        marker = number;
        count = 0;
        places.add(message.token(), place);
        lastMarkerPlace = place;
    }

    // ---- as standby: what the leader says

    private ControlMessage claim;
    private int claimant;

    /** Only the backend that holds the lock counts: an unknown one is looked up before it is believed. */
    private void leaderSays(int sender, ControlMessage message, long now) {
        if (sender == leader && (message.type() == Type.TAKEOVER || message.text("epoch").equals(epoch))) {
            accept(message, now);
        } else if (sender != leader && !polling && now - nextQuestion >= 0) {
            nextQuestion = now + QUESTION_NANOS;
            claim = message;
            claimant = sender;
            poll(null, now);
        }
    }

    private void accept(ControlMessage message, long now) {
        watchedLeader.heard(now);
        noPredecessor = false;
        switch (message.type()) {
            case TAKEOVER, PROGRESS -> {
                epoch = message.text("epoch");
                leaderAuxiliary = (int) message.number("aux");
                announcedTimeout = message.fields().containsKey("timeout")
                        ? timeout(message.number("timeout")) : announcedTimeout;
                mark(message, message.number("n"));
                if (message.type() == Type.PROGRESS) {
                    dropBefore(message.reference());
                } else {
                    setInStep(false, "another leader");
                    synced = false;
                    notice = null;
                    resignedAt = -1;
                }
            }
            case RESIGNING -> {
                notice = message.token();
                confirm();
            }
            case RESIGN -> {
                notice = message.token();
                dropBefore(message.reference());
                if (inStep) {
                    resignedAt = heldFrom;
                    begunAtResign = message.number("begun");
                }
            }
            default -> { }
        }
    }

    private static long timeout(long millis) {
        return millis == 0 ? -1 : TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** The leader has completed everything before: in step if that place, and so all after it, is held here. */
    private void dropBefore(Reference reference) {
        long reported = reference == null ? -1 : places.find(reference);
        if (!joined || reported < heldFrom || options.standbyBuffer() == 0) {
            setInStep(false, "the leader's progress lies before what is held");
            return;
        }
        while (!buffer.isEmpty() && buffer.peek().place() < reported) {
            buffer.remove();
        }
        heldFrom = reported;
        places.forgetBefore(reported);
        setInStep(true, "holds all that the leader has not done");
        if (!synced) {
            synced = true;
            send(ControlMessage.of(Type.SYNCED, token()));
        }
        confirm();
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
        if (!value) {
            synced = false;
        }
    }

    // ---- taking over

    private void takeOver(long now) {
        become(Role.TAKING_OVER, resignedAt >= 0 ? "the leader resigned" : noPredecessor ? "nobody leads" : "the leader is gone");
        epochOfTakeover();
        leadAt = resignedAt >= 0 ? now : now + GRACE.toNanos();
        takeoverCameBy = false;
        takeoverToken = token();
        reportToken = takeoverToken;
        reportSentAt = now;
        send(ControlMessage.of(Type.TAKEOVER, takeoverToken).with("epoch", nextEpoch)
                .with("timeout", TimeUnit.NANOSECONDS.toMillis(leaderTimeout)));
    }

    private String nextEpoch;

    private void epochOfTakeover() {
        nextEpoch = word();
    }

    private void leadIfDue(long now) {
        if (!takeoverCameBy || now - leadAt < 0) {
            return;
        }
        List<Entry<M>> first = inheritance(now);
        buffer.clear();
        buffer.addAll(first);
        kept.clear();
        hadStream = true;
        lastReport = now;
        lastReference = null;
        reportPending = false;
        standby = 0;
        standbySynced = false;
        heirKnown = false;
        inStep = false;
        become(Role.LEADER, first.isEmpty() ? "nothing to inherit" : "inherits " + buffer.size() + " messages");
        effects.renewLease(reportSentAt);
        effects.open();
        if (holdsStandby) {
            holdsStandby = false;
            effects.unlock(Lock.STANDBY);
        }
        pump();
        if (stopping) {
            resignIfHeirIsReady(now);
        }
    }

    /** What lay before the take-over: from before the stream broke, a gap where nobody can vouch, and what was kept since. */
    private List<Entry<M>> inheritance(long now) {
        List<Entry<M>> all = new ArrayList<>();
        kept.forEach(entry -> all.add(entry.asRedelivered()));
        boolean vouched = (inStep || resignedAt >= 0) && kept.isEmpty();
        long from = buffer.isEmpty() ? place : buffer.peek().place();
        if (!vouched) {
            long millis = hadStream && brokenAt != 0 ? TimeUnit.NANOSECONDS.toMillis(now - brokenAt) : 0;
            all.add(Entry.gap(from, millis, noPredecessor && !hadStream));
        }
        long markBefore = noPredecessor ? 0 : resignedAt >= 0 ? resignedAt + begunAtResign : Long.MAX_VALUE;
        for (Entry<M> entry : buffer) {
            all.add(entry.place() < markBefore ? entry.asRedelivered() : entry);
        }
        brokenAt = 0;
        return all;
    }

    // ---- as leader

    private void pump() {
        while (!buffer.isEmpty() && effects.hasRoom()) {
            effects.deliver(buffer.remove());
        }
    }

    private void ask(long now) {
        if (now - nextQuestion >= 0 && !polling) {
            nextQuestion = now + QUESTION_NANOS;
            poll(null, now);
        }
    }

    private void polledLeader(Poll poll, long now) {
        if (joiner != 0 && joiner == poll.standby()) {
            standby = joiner;
            standbySynced = false;
            watchedStandby.watch(standby, now);
            watchedStandby.heard(now);
            reportWanted = true;
        } else if (poll.standby() != standby) {
            standby = 0;
            standbySynced = false;
            watchedStandby.watch(poll.standby(), now);
        }
        joiner = 0;
        if (stopping) {
            heirKnown = true;
            if (poll.members() <= 1 && poll.standby() == 0) {
                heirDeadline = now;
            }
            resignIfHeirIsReady(now);
        } else {
            report(now);
        }
    }

    /** Says how far it is: when asked, when there is news for a standby, and as a sign of life. */
    private void report(long now) {
        if (reportPending || !unsent.isEmpty()) {
            return;
        }
        long complete = completeBefore();
        Reference reference = places.name(complete);
        boolean news = standby != 0 && reference != null && !reference.equals(lastReference);
        boolean joinedPlaceDone = news && !standbySynced && complete >= standbyJoinedAt;
        boolean manySince = standby != 0 && place - lastMarkerPlace >= Math.max(1, options.standbyBuffer() / 8);
        long since = now - lastReport;
        if (reportWanted && since >= QUESTION_NANOS || joinedPlaceDone && since >= QUESTION_NANOS
                || news && since >= REPORT_NANOS || manySince && since >= QUESTION_NANOS || since >= signNanos) {
            if (since >= signNanos && !polling) {
                poll(null, now);
            }
            reportWanted = false;
            places.forgetBefore(complete);
            send(progress(reference, now));
        }
    }

    private ControlMessage progress(Reference reference, long now) {
        lastReport = now;
        lastReference = reference;
        reportPending = true;
        reportToken = token();
        reportSentAt = now;
        return withReference(ControlMessage.of(Type.PROGRESS, reportToken), reference)
                .with("epoch", epoch).with("n", ++reports).with("aux", announcedAuxiliary)
                .with("timeout", TimeUnit.NANOSECONDS.toMillis(leaderTimeout));
    }

    private static ControlMessage withReference(ControlMessage message, Reference reference) {
        return reference == null ? message : message.with("ref", reference.token()).with("count", reference.count());
    }

    /** What waits in the buffer is not complete either. */
    private long completeBefore() {
        long complete = effects.watermark();
        return buffer.isEmpty() ? Math.min(complete, place) : Math.min(complete, buffer.peek().place());
    }

    // ---- leaving

    /** Begins the orderly stop, which ends with {@link Effects#stopped}. */
    public void stop(long now) {
        if (stopping) {
            return;
        }
        stopping = true;
        switch (role) {
            case LEADER -> {
                heirDeadline = now + Math.max(HEIR_NANOS, 4 * acquireNanos);
                resignIfHeirIsReady(now);
            }
            case COLD, STANDBY -> {
                if (!polling) {
                    finish();
                }
            }
            case DISCONNECTED -> finish();
            default -> { }
        }
    }

    private void resignIfHeirIsReady(long now) {
        if (role != Role.LEADER) {
            return;
        }
        if (!heirKnown) {
            if (!polling) {
                poll(null, now);
            }
        } else if (heirConfirmed && noticeTo == standby) {
            // The heir has it all and drops nothing: what has not begun is for the heir.
            effects.withdraw();
            buffer.clear();
            become(Role.RESIGNING, "stops; the standby is in step");
            effects.awaitIdle();
        } else if (now - heirDeadline >= 0) {
            become(Role.RESIGNING, "stops; no standby is in step, so it finishes all that it took in");
            pump();
            effects.awaitIdle();
        } else if (standby != 0 && noticeTo != standby) {
            noticeTo = standby;
            heirConfirmed = false;
            noticeToken = token();
            send(ControlMessage.of(Type.RESIGNING, noticeToken).with("epoch", epoch));
        }
    }

    /** Everything that was delivered is complete, or the time for it is up. */
    public void drained(long now) {
        if (role != Role.RESIGNING) {
            return;
        }
        if (!buffer.isEmpty()) {
            pump();
            effects.awaitIdle();
            return;
        }
        resign();
    }

    /** Goes on with the end although not everything is complete. */
    public void giveUpDraining(long now) {
        if (role == Role.RESIGNING) {
            effects.withdraw();
            buffer.clear();
            resign();
        } else if (role == Role.LEADER) {
            heirDeadline = now;
            heirKnown = true;
            resignIfHeirIsReady(now);
        }
    }

    private boolean resigned;

    private void resign() {
        if (!resigned) {
            resigned = true;
            effects.withdraw();
            long complete = Math.min(effects.watermark(), place);
            send(withReference(ControlMessage.of(Type.RESIGN, token()), places.name(complete))
                    .with("epoch", epoch).with("begun", effects.begunAfterWatermark()));
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
