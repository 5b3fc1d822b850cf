package io.github.pgpubsub.internal.election;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One member's time as leader, its orderly end included: what waits to begin, who follows, and what is reported. */
final class Term<M> {

    private final Member<M> self;
    private final long ledSince;
    final Heir heir;
    /** What has no room in the handler's queue yet, or must not begin yet. */
    final Entries<M> backlog;
    /** What was missed before this member led; null: nothing. */
    private final @Nullable Entry<M> gap;
    /** The heir has to tell the gap. */
    private boolean gapTakenBack;
    /** Messages from here on do not begin, because a new standby does not know yet how they are named; NEVER: all may. */
    private long heldBackFrom;
    /** What comes from here on does not begin here, but is for whoever follows; NEVER: no such place yet. */
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

    // ---- what begins

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

    /** Somebody says that it has the standby's place: until it knows how they are named, messages behind that do not begin. */
    void holdBack() {
        if (!isHeldBack()) {
            heldBackFrom = heir.unansweredFrom();
        }
    }

    void holdBackNoMoreThanNeeded() {
        heldBackFrom = heir.unansweredFrom();
    }

    void holdBackNothing() {
        heldBackFrom = Leadership.NEVER;
    }

    // ---- what is left for whoever follows

    boolean isCut() {
        return cut != Leadership.NEVER;
    }

    /** From this place on nothing begins here. */
    void cutAt(long place) {
        cut = place;
    }

    void cutNowhere() {
        cut = Leadership.NEVER;
    }

    /** Of what has not begun, only what lies before that place is still for this member. */
    void keepBefore(long place) {
        List<Entry<M>> undone = undone();
        backlog.clear();
        long firstUndone = undone.isEmpty() ? self.stream.place() : undone.get(0).place();
        cut = Math.max(place, firstUndone);
        undone.stream().filter(entry -> entry.isBefore(cut)).forEach(backlog::add);
        heir.forgetJoiners();
        holdBackNoMoreThanNeeded();
        self.effects.open(firstUndone);
    }

    /** Takes back what has not begun; it is for whoever follows, and so is a gap among it. */
    void takeBack() {
        gapTakenBack |= isGapInBacklog();
        gapTakenBack |= self.effects.withdraw().stream().anyMatch(entry -> entry.gap() != null);
    }

    /** Takes back what has not begun, from the handler's queue and from the backlog, where it also stays. */
    List<Entry<M>> undone() {
        List<Entry<M>> undone = new ArrayList<>(self.effects.withdraw());
        backlog.forEach(undone::add);
        return undone;
    }

    // ---- what is reported

    /** What waits in the backlog is not complete either. */
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
        if (self.reports.isDue(reference, heir, complete, self.stream.sinceMarker(), now)) {
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

    /** @param everythingIsDone before the cut; with nothing left the handler's queue knows only up to where it was given something */
    ControlMessage lastReport(boolean everythingIsDone) {
        takeBack();
        long complete = everythingIsDone && isCut() ? cut : completeBefore();
        backlog.clear();
        return withNames(
                withGap(ControlMessage.of(ControlMessage.Type.RESIGN, self.control.token()).at(self.stream.places.name(complete))
                        .with("epoch", self.stream.epoch()).with("begun", Math.max(0, self.effects.begunUpTo() - complete))));
    }

    /** Tells a standby that has just joined how messages behind its JOIN are named. */
    private ControlMessage withNames(ControlMessage report) {
        Places.Place join = heir.unanswered();
        Names.Anchor naming = join == null ? null : self.stream.names.at(join.before());
        return join == null || naming == null ? report
                : report.with("join", join.token()).with("jn", naming.marker()).with("jcount", naming.count());
    }

    /**
     * Says in a report that a gap has still to be told, for a gap has no place of its own in the stream: a standby that goes on
     * from the reported place would not know of it.
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

    /** A marker of this term comes by; the latest one renews the lease. */
    void progressCameBy(ControlMessage message) {
        self.stream.mark(message);
        if (self.reports.isLatest(message.token())) {
            self.effects.renewLease(self.reports.sentAt(), Leadership.nanos(message.number("grace")));
        }
    }

    // ---- who follows

    /** The standby answers, or shows life. */
    void heirSays(ControlMessage message, long now) {
        self.watchedStandby.heard(now);
        switch (message.type()) {
            case SYNCED -> heir.synced(message.text("to"));
            case BEHIND -> heir.behind();
            case HOLDING -> heir.holdsFrom(message.text("to"));
            default -> {}
        }
    }

    /** The stream broke: what has not begun is kept, as far as a standby names it alike. */
    void broke(long lastProof, long now) {
        List<Entry<M>> undone = heir.namesAlike(undone());
        self.remnant.keep(undone, true, heir.isPresent() || heir.isToBeLookedUp(), lastProof, now);
    }
}
