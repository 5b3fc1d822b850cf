package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a standby knows and keeps, and inherits when it takes over: the messages that the leader has not done, the leader as this
 * member sees it, and the doubts about who led.
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
    /** When the leader resigned, everything before this position was complete, and {@link #begunAtResign} messages after it had begun. */
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

    /** Whether no leader was seen, and no message dropped, since this member got the standby's lock. */
    boolean isWithoutPredecessor() {
        return noPredecessor;
    }

    boolean hasResigned() {
        return resignedAt != Leadership.NEVER;
    }

    /** Believes the messages of this backend from now on, because it holds the leader's lock; 0: nobody holds it. */
    void believe(int holder, long now) {
        leader = new LeaderAsSeen(holder);
        resignedAt = Leadership.NEVER;
        self.watchedLeader.watch(holder, now);
    }

    /** Records whether there is a leader. */
    void foundLeader(boolean found) {
        noPredecessor = !found;
    }

    // ---- joining

    void join() {
        joinToken = self.control.token();
        self.control.send(ControlMessage.of(ControlMessage.Type.JOIN, joinToken));
    }

    /** Sends JOIN again, because a leader that has taken over since the first JOIN does not know of it. */
    private void joinAgain() {
        if (joined) {
            join();
        }
    }

    /** This member's own message arrives. */
    void ownCameBy(ControlMessage message) {
        doubts.cameBy(message.token());
        if (message.type() == ControlMessage.Type.JOIN) {
            joinCameBy(message);
        }
    }

    /** Keeps the positions of all JOINs: until the last one has arrived, a leader may refer to an older one. */
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

    /** @param leaderIsGone whether no other member has the messages of the buffer; so too once the leader wants to stop */
    void data(M message, boolean leaderIsGone) {
        Entry<M> entry = self.stream.next(message, false);
        if (joined && !buffer.keep(entry, leaderIsGone || leader.wantsToStop())) {
            noPredecessor = false;
            resignedAt = Leadership.NEVER;
            setInStep(false, "the buffer is full of messages that the leader has not done");
        }
    }

    /** Heeds the holder of the leader's lock only. An unknown sender is looked up before it is believed. */
    void leaderSays(int sender, ControlMessage message, long now) {
        if (sender == leader.backend) {
            heed(message, self.stream.note(message), now);
            return;
        }
        doubts.claims(sender, message, self.stream.note(message));
        // The interval does not apply to another sender: a stranger's claims must not delay the lookup of a new leader, whose positions
        // are needed.
        if (!self.locks.isAsking() && (doubts.isAnother(sender) || self.locks.isQuestionDue(now))) {
            self.locks.provoked(now);
            doubts.looksUp(sender);
            self.locks.ask(null, now);
        }
    }

    /** After this member was away: everything that was said meanwhile lies before the message that it sends now. */
    void findOutWhatWasMissed() {
        String token = self.control.token();
        doubts.awaits(token);
        self.control.send(ControlMessage.of(ControlMessage.Type.ALIVE, token));
    }

    /** Heeds the claims of the believed leader, as of their positions; all other claims leave a doubt. */
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

    /** @param at the message's position; the current one may be later if the sender had to be looked up */
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
                setInStep(false, "another member leads");
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
            // The leader did not know of this standby before, so anything said to it must be said again.
            synced = false;
        }
    }

    /** At the beginning of a new term: forgets earlier messages if an unseen leader may have named them otherwise. */
    private void forgetMisnamed(long before) {
        if (doubts.isAnyBefore(before) && joined) {
            buffer.begin(before);
            doubts.forget();
        }
    }

    // ---- in step

    /** The leader has completed everything before a position: in step if this member holds everything from this position on. */
    private boolean dropBefore(@Nullable Reference reference) {
        long complete = reference == null ? Leadership.NEVER : self.stream.places.find(reference);
        if (reference != null && complete != Leadership.NEVER) {
            // Only what precedes the reference: the leader may not have read the later control messages yet, and refer to this one again.
            self.stream.places.forgetBefore(reference);
        }
        boolean held = joined && complete != Leadership.NEVER && buffer.dropBefore(complete);
        if (joined) {
            // Also if this member never gets in step, because it keeps nothing: each report adds a name.
            self.stream.names.forgetBefore(buffer.heldFrom());
        }
        if (!held || (!buffer.isAllowed() && !leader.wantsToStop())) {
            setInStep(false, "the leader's progress is before the messages that are held");
            return false;
        }
        doubts.settle(complete);
        self.remnant.forget();
        setInStep(true, "holds everything that the leader has not done");
        if (!synced) {
            synced = true;
            self.control.send(ControlMessage.of(ControlMessage.Type.SYNCED, self.control.token()));
        }
        confirm();
        return true;
    }

    /** Confirms the leader's notice, if in step: nothing is dropped from the notice on, so this standby stays in step. */
    private void confirm() {
        if (inStep && leader.takesConfirmation()) {
            self.control.send(ControlMessage.of(ControlMessage.Type.SYNCED, self.control.token()).with("to", leader.notice()));
        }
    }

    /** Answers the leader's notice, if not in step: this standby keeps everything from the notice on, and the leader does the rest. */
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

    // ---- the inheritance

    /** Gives ids to the buffered messages before any known leader's marker. No other member can give the same ids. */
    void nameBuffer() {
        if (!buffer.entries().isEmpty()) {
            self.stream.names.begin(buffer.entries().peek().place(), self.word(), 0, 0);
        }
    }

    /**
     * What a new leader begins with.
     *
     * @param entries messages and gaps in order
     * @param gap     the gap among them for messages that this member itself may have missed; null: none
     */
    record Inheritance<M>(List<Entry<M>> entries, @Nullable Entry<M> gap) {}

    /** The messages from before an earlier break, then the buffer, with a gap where messages may be missing. */
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
                // An unseen leader may have named and processed the messages from here on.
                gap = Entry.gap(self.stream.place(), 0, false);
                all.add(gap);
                break;
            }
            // If there was an unseen leader, it may have processed the earlier messages, too.
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
     * The stream broke before the inheritance could be delivered: keeps it as a remnant.
     *
     * @param sole whether no other member has it; otherwise only messages are kept whose names are certainly the leader's
     * @param heir this member's standby; none as long as it does not lead
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
