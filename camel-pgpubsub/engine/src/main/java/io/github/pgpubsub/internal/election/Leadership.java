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
 * each role is a {@link State}, and {@link Member} is what the roles share. Not thread-safe: the session's thread calls it.
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

    private final Member<M> member;

    /**
     * @param entries makes an empty list of messages
     * @param random  names this member and its terms: others must not be able to guess it
     */
    public Leadership(LeadOptions options, Effects<M> effects, Supplier<Entries<M>> entries, RandomGenerator random) {
        this.member = new Member<>(options, effects, entries, random);
    }

    static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    // ---- how it stands

    public Role role() {
        return member.state().role();
    }

    /** Whether the standby holds all that the leader has not done: as standby itself, as leader what it was told. */
    public boolean isInStep() {
        return member.state().isInStep();
    }

    /** The backend that stands by as far as this member knows, 0: none known. */
    public int standby() {
        return member.state().standby();
    }

    /** When the leader began to lead, by this member's clock; {@link #NEVER}: not known. */
    public long leaderSince() {
        return member.state().leaderSince();
    }

    /** The backend that leads as far as this member knows, 0: none known. */
    public int leader() {
        return member.state().leader();
    }

    /** Whether, as standby, it has found the leader without life, could not depose it, and has not heard from it since. */
    public boolean isLeaderSilent() {
        return role() == Role.STANDBY && member.undeposable == member.watchedLeader.backend() && member.undeposable != 0;
    }

    /** Whether {@link #stop} has been asked for and neither been taken back nor followed by {@link #again}. */
    public boolean isStopping() {
        return member.isStopping();
    }

    // ---- the session

    public void connected(int newBackend, ServerRun newRun, long now) {
        member.connected(newBackend, newRun, now);
        if (member.isFreeToLeave()) {
            member.effects.awaitIdle();
            return;
        }
        member.become(new Cold<>(member), "connected");
        member.presence.connected();
        member.locks.ask(Lock.STANDBY, now);
    }

    /**
     * The stream broke.
     *
     * @param lastProof when it was last known to be whole
     * @param since     from when on messages may have been missed
     */
    public void disconnected(long lastProof, long since, long now) {
        member.disconnected();
        member.state().broke(lastProof, now);
        member.remnant.brokenAt(since);
        if (member.state() instanceof Disconnected<M> leaving) {
            // It was connected again only while it was about to leave.
            leaving.leaveIfPossible();
        } else if (role() != Role.STOPPED) {
            member.state().discard();
            Disconnected<M> disconnected = new Disconnected<>(member);
            member.become(disconnected, "the connection broke");
            disconnected.leaveIfPossible();
        }
    }

    /** How long a request and its answer have taken lately, nanoseconds. */
    public void roundTrip(long nanos) {
        member.roundTrip(nanos);
    }

    // ---- the stream

    /** Whether another data message can be taken. */
    public boolean ready() {
        return member.state().ready();
    }

    /** A data message. */
    public void data(M message, long now) {
        member.state().data(message);
    }

    /** A control message, sent by that backend. */
    public void control(int sender, ControlMessage message, long now) {
        if (sender == member.backend() && member.control.isOwn(message)) {
            ownCameBy(message, now);
            return;
        }
        switch (message.type()) {
            case JOIN -> member.state().joins(sender, message, now);
            case SYNCED, BEHIND, HOLDING, ALIVE -> member.state().showsLife(sender, message, now);
            case CHALLENGE -> {
                if (message.number("to") == member.backend()) {
                    member.state().challenged(now);
                }
            }
            case VACANT -> {
                member.locks.vacated();
                member.state().vacant(sender, now);
            }
            case TAKEOVER, PROGRESS, RESIGNING, RESIGN -> member.state().leaderSays(sender, message, now);
        }
    }

    private void ownCameBy(ControlMessage message, long now) {
        if (message.type() == ControlMessage.Type.CHALLENGE) {
            member.watchedLeader.cameBy(message.token(), now);
            member.watchedStandby.cameBy(message.token(), now);
        } else {
            member.state().ownCameBy(message, now);
        }
    }

    // ---- time

    public void tick(long now) {
        member.control.tick(now, this::isStillSo);
        member.state().tick(now);
    }

    /** How a standby stands may have changed, and have been said, since the message was refused. */
    private boolean isStillSo(ControlMessage message) {
        return switch (message.type()) {
            case SYNCED -> member.state().holdsAll();
            case BEHIND -> !member.state().holdsAll();
            default -> true;
        };
    }

    // ---- answers

    /** The answer to {@link Effects#poll}. */
    public void polled(Poll poll, long now) {
        member.locks.answered();
        member.presence.look(poll);
        member.state().look(poll);
        member.presence.showWitness();
        member.state().polled(poll, now);
        if (member.locks.wasVacated() && role() == Role.STANDBY) {
            member.locks.ask(Lock.LEADER, now);
        }
    }

    /** The answer to {@link Effects#send}. */
    public void sent(ControlMessage message, boolean committed, long now) {
        member.reports.answered(message.token());
        if (committed) {
            switch (message.type()) {
                case PROGRESS -> member.state().reported(message.text("join"));
                case RESIGN -> member.effects.unlock(Lock.LEADER);
                case VACANT -> member.finish();
                default -> {}
            }
        } else if (message.type() != ControlMessage.Type.PROGRESS) {
            // A report is made anew; everything else must be said.
            member.control.sendAgain(message, now);
        }
    }

    /** The answer to {@link Effects#unlock}. */
    public void unlocked(Lock lock, long now) {
        if (lock == Lock.LEADER) {
            member.state().unlocked();
        }
    }

    /** The answer to {@link Effects#terminate}: false where this user may not end that backend. */
    public void terminated(int ended, Lock lock, boolean allowed, long now) {
        if (!allowed) {
            member.undeposable = lock == Lock.LEADER ? ended : member.undeposable;
            member.effects.cannotDepose(ended);
        } else if (lock == Lock.LEADER) {
            member.state().leaderEnded(now);
        }
    }

    /** Everything that was delivered is complete: the answer to {@link Effects#awaitIdle}. */
    public void drained(long now) {
        if (member.effects.isIdle()) {
            member.state().drained(now);
        } else {
            // The answer to an older question: more was delivered since.
            member.effects.awaitIdle();
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
        return member.state().signOfLife(connection, now);
    }

    /**
     * The sign of life is committed, and so this member leads: the lease begins with the call that asked for it.
     *
     * @param standby backend that holds the standby's place, 0: none
     */
    public void signSent(int standby, long now) {
        member.effects.renewLease(member.signs.lastAt(), 0);
        member.state().signSent(standby, now);
    }

    // ---- leaving

    /** Begins the orderly stop, which ends with {@link Effects#stopped}. */
    public void stop(long now) {
        if (!member.isStopping()) {
            member.setStopping(true);
            member.state().stop(now);
        }
    }

    /** Takes {@link #stop} back if the end has not begun. Returns whether this member now goes on. */
    public boolean goOn() {
        if (role() != Role.LEADER && role() != Role.RESIGNING && role() != Role.STOPPED) {
            member.setStopping(false);
        }
        return !member.isStopping();
    }

    /** After {@link Effects#stopped}: this member may take part again, once it is {@link #connected}. */
    public void again() {
        member.again();
    }

    /** Goes on with the end although not everything is complete. */
    public void giveUpDraining(long now) {
        member.state().giveUp(now);
    }
}
