package io.github.pgpubsub.internal.election;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A member's time as leader, its orderly end included: the messages that wait to begin, the standby, and the reports. */
final class Term<M> {

    private final Member<M> self;
    private final long ledSince;
    final Heir heir;
    /** Messages for which the handler's queue has no room yet, or which must not begin yet. */
    final Entries<M> backlog;
    /** The gap for messages missed before this member led; null: none. */
    private final @Nullable Entry<M> gap;
    /** Whether the gap was taken back, so that the heir has to report it. */
    private boolean gapTakenBack;
    /** Messages from this position on do not begin yet, because a new standby does not know their names; NEVER: all may begin. */
    private long heldBackFrom;
    /** Messages from this position on do not begin here: they are for the successor; NEVER: no such position. */
    private long cut = Leadership.NEVER;

    Term(Member<M> self, Following.Inheritance<M> inheritance, Heir heir, long now) {
        this.self = self;
        this.ledSince = now;
        this.heir = heir;
        this.gap = inheritance.gap();
        this.backlog = self.newList();
        this.heldBackFrom = heir.unansweredFrom();
        backlog.addAll(inheritance.entries());
    }

    long since() {
        return ledSince;
    }

    // ---- beginning messages

    void pump() {
        while (!backlog.isEmpty() && mayBegin(backlog.peek()) && self.hasRoom()) {
            self.effects.deliver(backlog.remove());
        }
    }

    void data(M message) {
        Entry<M> entry = self.stream.next(message, true);
        if (backlog.isEmpty() && mayBegin(entry) && self.effects.hasRoom()) {
            self.effects.deliver(entry);
        } else {
            backlog.add(entry);
        }
    }

    private boolean mayBegin(Entry<M> entry) {
        return entry.isBefore(heldBackFrom) && entry.isBefore(cut);
    }

    boolean isHeldBack() {
        return heldBackFrom != Leadership.NEVER;
    }

    /** A backend says that it has the standby's lock: messages behind its JOIN do not begin until it knows how they are named. */
    void holdBack() {
        if (!isHeldBack()) {
            heldBackFrom = heir.unansweredFrom();
        }
    }

    void updateHoldBack() {
        heldBackFrom = heir.unansweredFrom();
    }

    void endHoldBack() {
        heldBackFrom = Leadership.NEVER;
    }

    // ---- leaving messages to the successor

    boolean isCut() {
        return cut != Leadership.NEVER;
    }

    /** From this position on, no message begins here. */
    void cutAt(long place) {
        cut = place;
    }

    void removeCut() {
        cut = Leadership.NEVER;
    }

    /** Of the messages that have not begun, keeps only those before this position; the successor has the others. */
    void keepBefore(long place) {
        List<Entry<M>> undone = undone();
        backlog.clear();
        long firstUndone = undone.isEmpty() ? self.stream.place() : undone.get(0).place();
        cut = Math.max(place, firstUndone);
        undone.stream().filter(entry -> entry.isBefore(cut)).forEach(backlog::add);
        heir.forgetJoiners();
        updateHoldBack();
        self.effects.open(firstUndone);
    }

    /** Takes back the messages that have not begun, for the successor, and with them a gap among them. */
    void takeBack() {
        gapTakenBack |= isGapInBacklog();
        gapTakenBack |= self.effects.withdraw().stream().anyMatch(entry -> entry.gap() != null);
    }

    /** Takes the messages that have not begun back from the handler's queue, and adds those of the backlog, which keeps them. */
    List<Entry<M>> undone() {
        List<Entry<M>> undone = new ArrayList<>(self.effects.withdraw());
        backlog.forEach(undone::add);
        return undone;
    }

    // ---- reports

    /** The position before which everything is complete; messages in the backlog are not. */
    long completeBefore() {
        return Math.min(self.effects.watermark(), backlog.isEmpty() ? self.stream.place() : backlog.peek().place());
    }

    boolean isCompleteBeforeCut() {
        return completeBefore() >= cut;
    }

    void report(long now) {
        if (self.control.hasUnsent()) {
            return;
        }
        long complete = completeBefore();
        Reference reference = self.stream.places.name(complete);
        boolean keeps = self.standbyBuffer > 0 || self.isStopping();
        if (self.reports.isDue(reference, heir, keeps, complete, self.stream.sinceMarker(), now)) {
            if (self.reports.isSignDue(now)) {
                self.locks.ask(null, now);
            }
            self.stream.places.forgetBefore(complete);
            long unanswered = heir.unansweredFrom();
            self.stream.names.forgetBefore(unanswered == Leadership.NEVER ? complete : Math.min(complete, unanswered));
            self.control.send(progress(complete, now));
        }
    }

    ControlMessage progress(long complete, long now) {
        ControlMessage progress = self.reports.next(self.control.token(), self.stream.places.name(complete), complete, now)
                .with("epoch", self.stream.epoch()).with("aux", self.signs.connection())
                .with("age", Leadership.millis(now - ledSince)).with("timeout", Leadership.millis(self.leaderTimeout))
                .with("grace", Leadership.millis(self.grace()));
        return withNames(withGap(progress));
    }

    /**
     * @param everythingIsDone whether everything before the cut is complete. Then the cut is reported: the watermark of the
     *                         handler's queue ends at the last message that it was given
     */
    ControlMessage lastReport(boolean everythingIsDone) {
        takeBack();
        long complete = everythingIsDone && isCut() ? cut : completeBefore();
        backlog.clear();
        return withNames(
                withGap(ControlMessage.of(ControlMessage.Type.RESIGN, self.control.token()).at(self.stream.places.name(complete))
                        .with("epoch", self.stream.epoch()).with("begun", Math.max(0, self.effects.begunUpTo() - complete))));
    }

    /** Tells a standby that has just joined how the messages behind its JOIN are named. */
    private ControlMessage withNames(ControlMessage report) {
        Places.Place join = heir.unanswered();
        Names.Anchor naming = join == null ? null : self.stream.names.at(join.before());
        return join == null || naming == null ? report
                : report.with("join", join.token()).with("jn", naming.marker()).with("jcount", naming.count());
    }

    /**
     * Adds to a report that a gap is still to be handled. A gap has no position of its own in the stream, so a standby that continues
     * from the reported position would not know of it.
     */
    private ControlMessage withGap(ControlMessage report) {
        Entry.Gap missed = gap == null ? null : gap.gap();
        boolean untold = missed != null && !missed.first()
                && (isGapInBacklog() || gapTakenBack || self.effects.isGapUnhandled());
        return missed != null && untold ? report.with("gap", missed.millis()) : report;
    }

    private boolean isGapInBacklog() {
        return !backlog.isEmpty() && gap != null && backlog.peek().place() <= gap.place();
    }

    /** A marker of this term arrives; the latest one renews the lease. */
    void progressCameBy(ControlMessage message) {
        self.stream.mark(message);
        self.reports.cameBy(message.token());
        if (self.reports.isLatest(message.token())) {
            self.effects.renewLease(self.reports.sentAt(), Leadership.nanos(message.number("grace")));
        }
    }

    // ---- the standby

    /** The standby answers, or shows that it is alive. */
    void heirSays(ControlMessage message, long now) {
        self.watchedStandby.heard(now);
        switch (message.type()) {
            case SYNCED -> heir.synced(message.text("to"));
            case BEHIND -> heir.behind();
            case HOLDING -> heir.holdsFrom(message.text("to"));
            default -> {}
        }
    }

    /** The stream broke: keeps the messages that have not begun, as far as a standby gives them the same names. */
    void broke(long lastProof, long now) {
        List<Entry<M>> undone = heir.namesAlike(undone());
        self.remnant.keep(undone, true, heir.isPresent() || heir.isToBeLookedUp(), lastProof, now);
    }
}
