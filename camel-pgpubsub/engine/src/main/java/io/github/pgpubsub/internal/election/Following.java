package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a standby knows and keeps of the stream, and later inherits: the messages that the leader has not done, the leader as
 * it is seen, and the doubts.
 */
final class Following<M> {

    private final Member<M> self;
    final StandbyBuffer<M> buffer;
    final Doubts doubts = new Doubts();
    LeaderAsSeen leader = new LeaderAsSeen(0);
    private boolean joined;
    private @Nullable String joinToken;
    private long joinedAt;
    private boolean inStep;
    /** Whether the leader has been told that this standby is in step. */
    private boolean synced;
    private boolean noPredecessor;
    /** The leader stopped with everything before this place complete, and so many messages after it begun. */
    private long resignedAt = Leadership.NEVER;
    private long begunAtResign;

    Following(Member<M> self) {
        this.self = self;
        this.buffer = new StandbyBuffer<>(self.standbyBuffer, self.newList());
    }

    boolean isJoined() {
        return joined;
    }

    boolean isInStep() {
        return inStep;
    }

    /** Whether nobody has led since this member has the standby's place. */
    boolean isWithoutPredecessor() {
        return noPredecessor;
    }

    boolean hasResigned() {
        return resignedAt != Leadership.NEVER;
    }

    /** That backend holds the leader's lock, so what it says counts; 0: nobody does. */
    void believe(int holder, long now) {
        leader = new LeaderAsSeen(holder);
        resignedAt = Leadership.NEVER;
        self.watchedLeader.watch(holder, now);
    }

    /** Nobody led when this member got the standby's place, or somebody did. */
    void foundLeader(boolean found) {
        noPredecessor = !found;
    }

    // ---- joining

    void join() {
        joinToken = self.control.token();
        self.control.send(ControlMessage.of(ControlMessage.Type.JOIN, joinToken));
    }

    /** The leader that took over since this member has joined has not heard of it. */
    private void joinAgain() {
        if (joined) {
            join();
        }
    }

    /** A message of this member comes by. */
    void ownCameBy(ControlMessage message) {
        doubts.cameBy(message.token());
        if (message.type() == ControlMessage.Type.JOIN) {
            joinCameBy(message);
        }
    }

    /** A leader may name places by an older JOIN too, until the last one has come by. */
    private void joinCameBy(ControlMessage message) {
        self.stream.places.add(self.stream.note(message));
        if (message.token().equals(joinToken)) {
            joinedAt = self.stream.place();
            if (!joined) {
                joined = true;
                buffer.begin(joinedAt);
                doubts.forget();
            }
        }
    }

    // ---- the stream

    /** @param leaderIsGone nobody else has what would be dropped here; the same holds once the leader wants to stop */
    void data(M message, boolean leaderIsGone) {
        Entry<M> entry = self.stream.next(message, false);
        if (joined && !buffer.keep(entry, leaderIsGone || leader.wantsToStop())) {
            noPredecessor = false;
            resignedAt = Leadership.NEVER;
            setInStep(false, "the buffer is full of messages that the leader has not done");
        }
    }

    /** Only the backend that holds the lock counts: an unknown sender is looked up before it is believed. */
    void leaderSays(int sender, ControlMessage message, long now) {
        if (sender == leader.backend) {
            heed(message, self.stream.note(message), now);
            return;
        }
        doubts.claims(sender, message, self.stream.note(message));
        // A stranger's claims do not keep the leader from being looked up, for the places that it names are needed.
        if (!self.locks.isAsking() && (doubts.isAnother(sender) || self.locks.isQuestionDue(now))) {
            self.locks.provoked(now);
            doubts.looksUp(sender);
            self.locks.ask(null, now);
        }
    }

    /** This member was away: what was said meanwhile lies before the message that it sends now. */
    void findOutWhatWasMissed() {
        String token = self.control.token();
        doubts.awaits(token);
        self.control.send(ControlMessage.of(ControlMessage.Type.ALIVE, token));
    }

    /** What the believed leader has claimed counts from where it came by; all other claims leave a doubt. */
    void hearClaims(long now) {
        for (Doubts.Claim claim : doubts.takeClaims()) {
            if (claim.sender() == leader.backend) {
                heed(claim.message(), claim.at(), now);
            } else {
                doubts.doubt(claim);
            }
        }
        doubts.endAwayIfSettled();
    }

    private void heed(ControlMessage message, Places.Place at, long now) {
        if (leader.isOfItsTerm(message)) {
            accept(message, at, now);
        }
    }

    /** @param at where it came by: more may have come since, when its sender had to be looked up */
    private void accept(ControlMessage message, Places.Place at, long now) {
        leader.says(message);
        self.watchedLeader.heard(now);
        self.undeposable = 0;
        noPredecessor = false;
        self.presence.witnessed();
        switch (message.type()) {
            case TAKEOVER -> {
                hearTerm(message, at, now);
                leader.begins();
                resignedAt = Leadership.NEVER;
                setInStep(false, "another leads");
                forgetMisnamed(at.before());
                joinAgain();
            }
            case PROGRESS -> {
                hearTerm(message, at, now);
                leader.tellsGap(message);
                dropBefore(message.reference());
            }
            case RESIGNING -> {
                leader.wantsToStop(message.token());
                confirm();
                hold();
            }
            case RESIGN -> {
                leader.wantsToStop(message.token());
                leader.tellsGap(message);
                hearNames(message);
                Reference complete = message.reference();
                if (dropBefore(complete)) {
                    assert complete != null;
                    resignedAt = self.stream.places.find(complete);
                    begunAtResign = message.number("begun");
                }
            }
            default -> {}
        }
    }

    private void hearTerm(ControlMessage message, Places.Place at, long now) {
        self.stream.mark(message, at);
        hearNames(message);
        leader.tellsTerm(message, now);
    }

    private void hearNames(ControlMessage message) {
        if (message.text("join").equals(joinToken)) {
            self.stream.names.begin(joinedAt, message.text("epoch"), message.number("jn"), message.number("jcount"));
            // What was said before the leader knew of this standby has to be said again.
            synced = false;
        }
    }

    /** Another term begins, and between the last believed one and this one somebody else may have named messages. */
    private void forgetMisnamed(long before) {
        if (doubts.isAnyBefore(before) && joined) {
            buffer.begin(before);
            doubts.forget();
        }
    }

    // ---- in step or not

    /** The leader has completed everything before: in step if that place, and so all after it, is held here. */
    private boolean dropBefore(@Nullable Reference reference) {
        long complete = reference == null ? Leadership.NEVER : self.stream.places.find(reference);
        if (reference != null && complete != Leadership.NEVER) {
            // Not what lies before the place: the leader may not have read yet what has come by here, and name it by less.
            self.stream.places.forgetBefore(reference);
        }
        boolean held = joined && complete != Leadership.NEVER && buffer.dropBefore(complete);
        if (!held || (!buffer.isAllowed() && !leader.wantsToStop())) {
            setInStep(false, "the leader's progress lies before what is held");
            return false;
        }
        self.stream.names.forgetBefore(complete);
        doubts.settle(complete);
        self.remnant.forget();
        setInStep(true, "holds all that the leader has not done");
        if (!synced) {
            synced = true;
            self.control.send(ControlMessage.of(ControlMessage.Type.SYNCED, self.control.token()));
        }
        confirm();
        return true;
    }

    /** The leader wants to stop: from its notice on nothing is dropped here, so a standby in step stays in step. */
    private void confirm() {
        if (inStep && leader.takesConfirmation()) {
            self.control.send(ControlMessage.of(ControlMessage.Type.SYNCED, self.control.token()).with("to", leader.notice()));
        }
    }

    /** This standby does not hold all that lies before the notice, but all from there on: then the leader does the rest. */
    private void hold() {
        if (!inStep && joined && leader.takesHolding()) {
            self.control.send(ControlMessage.of(ControlMessage.Type.HOLDING, self.control.token()).with("to", leader.notice()));
        }
    }

    private void setInStep(boolean value, String reason) {
        if (inStep != value) {
            inStep = value;
            self.effects.changed(self.state().role(), inStep, reason);
        }
        if (synced && !value) {
            synced = false;
            leader.forgetsConfirmation();
            if (self.state().role() == Role.STANDBY) {
                self.control.send(ControlMessage.of(ControlMessage.Type.BEHIND, self.control.token()));
            }
        }
    }

    // ---- what is inherited

    /** Messages of a time of which no leader's marker is known get names that nobody else can give. */
    void nameBuffer() {
        if (!buffer.entries().isEmpty()) {
            self.stream.names.begin(buffer.entries().peek().place(), self.word(), 0, 0);
        }
    }

    /**
     * What a member begins to lead with.
     *
     * @param entries in their order
     * @param gap     the one among them that stands for what this member itself may have missed; null: none
     */
    record Inheritance<M>(List<Entry<M>> entries, @Nullable Entry<M> gap) {}

    /** What this member had before an earlier break, then what was kept, and a gap where nobody can vouch that nothing is missing. */
    Inheritance<M> inheritance(long now) {
        boolean first = self.presence.isFirstGap();
        List<Entry<M>> all = new ArrayList<>();
        self.remnant.entries().forEach(entry -> all.add(first ? entry.asRedelivered() : entry.asRedelivered().asLaterGap()));
        Entry<M> gap = gap(first, now);
        if (gap != null) {
            all.add(gap);
        }
        boolean late = doubts.mayAnotherHaveLed();
        for (Entry<M> entry : buffer.entries()) {
            boolean doubted = doubts.isDoubted(entry.place());
            if (doubted && late) {
                // Another leader may have named and processed what follows.
                gap = Entry.gap(self.stream.place(), 0, false);
                all.add(gap);
                break;
            }
            // What lies before is late, if somebody else has led since.
            boolean fresh = isFresh(entry) && !doubted && !late;
            Entry<M> named = self.stream.named(entry);
            all.add(fresh ? named : named.asRedelivered());
        }
        return new Inheritance<>(all, gap);
    }

    private @Nullable Entry<M> gap(boolean first, long now) {
        long from = buffer.entries().isEmpty() ? self.stream.place() : buffer.entries().peek().place();
        if (!(inStep || hasResigned()) || !self.remnant.isEmpty()) {
            return Entry.gap(from, self.missedMillis(now), first);
        }
        return leader.gapMillis() == Leadership.NEVER ? null : Entry.gap(from, leader.gapMillis(), false);
    }

    private boolean isFresh(Entry<M> entry) {
        return noPredecessor || (hasResigned() && entry.place() >= resignedAt + begunAtResign);
    }

    /**
     * The stream broke before this could be delivered.
     *
     * @param sole whether nobody else has it; otherwise only what has the leader's names for certain is kept
     * @param heir who would follow this member; empty as long as it does not lead
     */
    void keepForLater(boolean sole, Heir heir, long lastProof, long now) {
        if (sole) {
            nameBuffer();
        } else {
            doubts.doubtAll();
        }
        List<Entry<M>> all = inheritance(now).entries().stream().filter(entry -> sole || isNamedForCertain(entry)).toList();
        self.remnant.keep(heir.namesAlike(all), sole, !sole, lastProof, now);
    }

    private boolean isNamedForCertain(Entry<M> entry) {
        return entry.gap() != null || (entry.id() != null && !doubts.isDoubted(entry.place()));
    }
}
