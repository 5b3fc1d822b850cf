package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One group's reading of one shard; the package tells the states, the rules and why they hold. Does no I/O: events come in as
 * calls, with the time of {@link System#nanoTime}, and wishes go out through {@link Effects}. What an event means depends on
 * the state; this class holds what all states share, and {@link #become} is the only way from one to another. Not thread-safe: the
 * reading thread calls it.
 */
public final class Reader<M> {

    /** No time. */
    public static final long NEVER = Long.MAX_VALUE;

    final Effects<M> effects;
    final ReadOptions options;
    final InHand<M> hand = new InHand<>();
    final Pauses pauses;
    final Losses losses = new Losses();
    final Names names;
    private State<M> state;
    private boolean connected;
    private boolean leading;
    private boolean stopping;
    private final Legacy<M> legacy;

    /** @param random makes the owner: others must not be able to guess it */
    public Reader(ReadOptions options, Effects<M> effects, RandomGenerator random) {
        this.options = options;
        this.effects = effects;
        this.names = new Names(random);
        this.pauses = new Pauses(options.pollInterval());
        this.legacy = new Legacy<>(hand, options.ackMode());
        this.state = new Away<>(this);
    }

    // ---- how it stands

    /** Whether it has led since it last lost the lead or its connection, and has not been deposed. */
    public boolean isInTerm() {
        return state instanceof InTerm;
    }

    /** Whether it has nothing to do until it is woken or polls. */
    public boolean isAsleep() {
        return state instanceof Asleep;
    }

    /** The epoch of its current term; 0: it has none. */
    public long epoch() {
        return state instanceof InTerm<M> inTerm ? inTerm.term.fence.epoch() : 0;
    }

    /** The end of the open window; null: none is open. */
    public @Nullable Bound windowEnd() {
        return state instanceof InTerm<M> inTerm ? inTerm.term.windowEnd() : null;
    }

    /** Number of messages that are handed out and not complete, and of complete ones that wait for an earlier one. */
    public int inHand() {
        return hand.size();
    }

    /** Memory that these take, bytes. */
    public long bytesInHand() {
        return hand.bytes();
    }

    /** Whether it is going to hand out more messages although no worker completes any. */
    public boolean handsOutMore() {
        return state.handsOutMore();
    }

    boolean isLeading() {
        return leading;
    }

    boolean isAbleToLead() {
        return leading && connected;
    }

    boolean isStopping() {
        return stopping;
    }

    boolean hasRemnant() {
        return legacy.hasRemnant();
    }

    // ---- connection and lead

    /** There is a connection to read with. */
    public void connected(long now) {
        connected = true;
        changed(now);
    }

    /** The reading connection is lost. Requests without an answer may have been run, or may be run later. */
    public void disconnected(long now) {
        connected = false;
        losses.lost(now);
        restart(now);
    }

    /** The group has a place, whoever leads: if it is gone later, it was removed. */
    public void foundPlace() {
        legacy.foundPlace();
    }

    /** This member has the leader's lock. */
    public void leads(long now) {
        leading = true;
        if (state instanceof Away<M> away) {
            away.leads(now);
        }
        changed(now);
    }

    /** This member has the leader's lock no more. */
    public void leadLost(long now) {
        leading = false;
        restart(now);
    }

    private void changed(long now) {
        if (state instanceof Away<M> away) {
            away.changed(now);
        }
    }

    // ---- answers

    /** The answer to {@link Effects#take}. */
    public void taken(Ticket ticket, TakeAnswer answer, long now) {
        state.taken(ticket, answer, now);
    }

    /** The answer to {@link Effects#join}. */
    public void joined(Ticket ticket, long now) {
        state.joined(ticket, now);
    }

    /** The answer to {@link Effects#open}. */
    public void opened(Ticket ticket, OpenAnswer answer, long now) {
        if (!(answer instanceof OpenAnswer.Refused)) {
            losses.end();
        }
        state.opened(ticket, answer, now);
    }

    /** The answer to {@link Effects#read}. */
    public void read(Ticket ticket, Page<M> page, long now) {
        // An empty page may be the end of a window that was read before: what fails again and again is to open the next one.
        if (!page.rows().isEmpty()) {
            losses.end();
        }
        state.read(ticket, page, now);
    }

    /** The answer to {@link Effects#acknowledge}. */
    public void acknowledged(Ticket ticket, Outcome outcome, long now) {
        state.acknowledged(ticket, outcome, now);
    }

    /** The answer to {@link Effects#park}. */
    public void parked(Ticket ticket, Outcome outcome, long now) {
        state.parked(ticket, outcome, now);
    }

    /** The answer to {@link Effects#lock}. */
    public void locked(Ticket ticket, boolean held, long now) {
        state.locked(ticket, held, now);
    }

    /** The answer to any request: the server refused it with an error, and the connection works. */
    public void refused(Ticket ticket, String error, long now) {
        state.refused(ticket, error, now);
    }

    // ---- workers, writers, and time

    /** A message is complete: its exchange succeeded, or with {@code manual} the route said so. Idempotent. */
    public void completed(Delivery<M> delivery, long now) {
        if (hand.complete(delivery)) {
            state.progressed(now);
        }
    }

    /**
     * The exchange of these messages failed, for all of them together. The worker begins no other message before this call returns: that one
     * may have to wait behind these.
     */
    public void failed(List<Delivery<M>> batch, long now) {
        List<Delivery<M>> out = batch.stream().filter(each -> each.state == Delivery.State.OUT).toList();
        if (!out.isEmpty()) {
            state.failed(out, now);
        }
    }

    /**
     * {@code ackMode=transaction}: whether the exchange's transaction is committed is unknown, or it was refused because the
     * place has another owner or is elsewhere. Step 0 finds out. The worker begins no other message before this call returns.
     */
    public void unsettled(List<Delivery<M>> batch, long now) {
        List<Delivery<M>> out = batch.stream().filter(each -> each.state == Delivery.State.OUT).toList();
        for (Delivery<M> each : out) {
            each.failed();
            each.state = Delivery.State.BACK;
        }
        if (!out.isEmpty()) {
            restart(now);
        }
    }

    /** A writer notified. */
    public void woken(long now) {
        state.woken(now);
    }

    /** No wake-ups are heard. Called again and again while that is so and the reader {@link #isAsleep}. */
    public void unheard(long now) {
        state.unheard(now);
    }

    /** Something may be due. */
    public void tick(long now) {
        state.tick(now);
    }

    /** Time until {@link #tick} has something to do, nanoseconds; {@link #NEVER}: only another event helps. */
    public long waitNanos(long now) {
        return state.waitNanos(now);
    }

    // ---- the end

    /** Stop in good order: {@link Effects#stopped} follows once what has begun is complete and acknowledged. */
    public void stop(long now) {
        stopping = true;
        state.stop(now);
    }

    /** The time for that is up: acknowledge what is complete, and leave the rest to the successor. */
    public void giveUp(long now) {
        state.giveUp(now);
    }

    // ---- between the states

    /** The door between states. */
    void become(State<M> next, long now) {
        state.leave();
        state = next;
        next.begin(now);
    }

    /** Step 0 is done. */
    void lead(Fence fence, Place found, long now) {
        Place place = legacy.takeOver(found);
        hand.clear();
        Term<M> term = new Term<>(this, fence, place, now);
        if (legacy.takeGap() || place.missed() > 0) {
            term.deliverGap(place.missed());
        }
        if (place.upto() != null) {
            enter(term, term.window(place.upto(), place.lastId()), place.lastId(), now);
        } else if (stopping) {
            become(new Releasing<>(this, term, false), now);
        } else {
            become(new Looking<>(this, term), now);
        }
    }

    /** A new window is open. */
    void opened(Term<M> term, OpenAnswer.Opened opened, long now) {
        pauses.found();
        term.deliverRestOfGap(opened.missed());
        enter(term, term.window(opened.upto(), 0), 0, now);
    }

    private void enter(Term<M> term, Window window, long lastId, long now) {
        become(stopping ? new Releasing<>(this, term, false) : new Reading<>(this, term, window, lastId), now);
    }

    /** The term ends, and leaves this to the next one. */
    void leaves(@Nullable Remnant left, boolean gapUntold) {
        legacy.leave(left, gapUntold);
    }

    /** The group was removed, and somebody has created it anew. */
    public void placeReplaced() {
        boolean unused = isWithoutPlace();
    }

    /** The group has no place. True: it had one, was removed, and begins again. */
    boolean isWithoutPlace() {
        boolean removed = legacy.isWithoutPlace();
        if (removed) {
            effects.report(Incident.GROUP_REMOVED, "begins again from " + options.startFrom());
        }
        return removed;
    }

    /** The place did not move. */
    void refused(Outcome outcome, long now) {
        switch (outcome) {
            case MOVED -> throw new IllegalArgumentException("the place has moved");
            case DEPOSED -> {
                effects.report(Incident.DEPOSED, "another owner has the place");
                resign("another owner has the group's place", now);
            }
            case DIFFERS -> {
                effects.report(Incident.PLACE_DIFFERS, "the place is not where it was left");
                restart(now);
            }
            case GONE -> restart(now);
        }
    }

    /** A request to read failed. Returns when to try again. */
    long failedToRead(String error, long now) {
        effects.report(Incident.REQUEST_FAILED, error);
        if (pauses.failingSince(now) >= options.leaderTimeout().toNanos()) {
            resign("can't read: " + error, now);
        }
        return now + pauses.afterFailure();
    }

    void resign(String reason, long now) {
        leading = false;
        restart(now);
        effects.resign(reason);
    }

    /** Forgets what it has in memory, and begins with step 0 if it leads and is connected. */
    void restart(long now) {
        if (state instanceof Stopped) {
            return;
        }
        state.end();
        become(new Away<>(this), now);
        changed(now);
    }
}
