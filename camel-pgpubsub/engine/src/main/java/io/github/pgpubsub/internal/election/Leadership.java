package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.status.Role;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One member's part in its group; the package text explains the roles, the rules and why they hold. Does no I/O: events come in as
 * calls, with the time of {@link System#nanoTime}, and requests go out through {@link Effects}. The meaning of an event depends on
 * the role, so each role is a {@link State}; {@link Member} holds what all roles share. Not thread-safe: the session's thread calls
 * it.
 */
public final class Leadership<M> {

    /**
     * Minimum wait of a take-over from a leader that has not resigned; two round trips are added. A leader whose backend has ended
     * learns of it within this time, unless its session's thread does not run. So each thread that begins a message checks that the
     * session's thread had proof of the connection within this time. The proof of a healthy leader is never older than 80 ms and two
     * round trips.
     */
    public static final Duration GRACE = Duration.ofMillis(150);

    /** The longest time between ticks of a member that is not {@link #isBusy}, unless the session is held up. */
    public static final Duration QUIET_TICK = Duration.ofMillis(250);

    /** Stands for no time, and for no position. */
    public static final long NEVER = -1;

    private final Member<M> member;
    private boolean busy = true;

    /**
     * @param entries creates an empty list of messages
     * @param random  source of the names of this member and its terms, which others must not be able to guess
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

    // ---- the current state

    public Role role() {
        return member.state().role();
    }

    /** Whether the standby holds everything that the leader has not done: known to a standby itself, told to a leader. */
    public boolean isInStep() {
        return member.state().isInStep();
    }

    /** The standby's backend as far as this member knows, 0: none known. */
    public int standby() {
        return member.state().standby();
    }

    /** When the leader began to lead, by this member's clock; {@link #NEVER}: unknown. */
    public long leaderSince() {
        return member.state().leaderSince();
    }

    /** The leader's backend as far as this member knows, 0: none known. */
    public int leader() {
        return member.state().leader();
    }

    /** Whether this standby found that the leader shows no sign of life, could not depose it, and has not heard from it since. */
    public boolean isLeaderSilent() {
        return role() == Role.STANDBY && member.undeposable == member.watchedLeader.backend() && member.undeposable != 0;
    }

    /** Whether {@link #stop} was called, and neither {@link #goOn} nor {@link #again} has revoked it. */
    public boolean isStopping() {
        return member.isStopping();
    }

    // ---- the session

    public void connected(int newBackend, ServerRun newRun, long now) {
        busy = true;
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
     * @param lastProof time of the latest proof that it was whole
     * @param since     time from which on messages may have been missed
     */
    public void disconnected(long lastProof, long since, long now) {
        busy = true;
        member.disconnected();
        member.state().broke(lastProof, now);
        member.remnant.brokenAt(since);
        if (member.state() instanceof Disconnected<M> leaving) {
            // It reconnected while it was about to leave, and has had no other role since.
            leaving.leaveIfPossible();
        } else if (role() != Role.STOPPED) {
            member.state().discard();
            Disconnected<M> disconnected = new Disconnected<>(member);
            member.become(disconnected, "the connection broke");
            disconnected.leaveIfPossible();
        }
    }

    /** The recent time for a request and its answer, in nanoseconds. */
    public void roundTrip(long nanos) {
        member.roundTrip(nanos);
    }

    // ---- the stream

    /** Whether this member can take another data message. */
    public boolean ready() {
        return member.state().ready();
    }

    /** A data message arrives. */
    public void data(M message) {
        member.state().data(message);
        busy |= member.state().isBusyWithMessages();
    }

    /** A control message of the given backend arrives. */
    public void control(int sender, ControlMessage message, long now) {
        busy = true;
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
        busy = member.isBusy(now);
    }

    /**
     * Whether something has happened since the last {@link #tick}, is under way or is close at hand, so that the next tick must come soon.
     * Otherwise a tick within {@link #QUIET_TICK} is enough.
     */
    public boolean isBusy() {
        return busy;
    }

    /** Whether a refused message still holds: a standby may have got in step or out of step since, and may have said so. */
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
        busy = true;
        member.locks.answered();
        member.presence.observe(poll);
        member.state().observe(poll);
        member.presence.showWitness(poll);
        member.state().polled(poll, now);
        if (member.locks.wasVacated() && role() == Role.STANDBY) {
            member.locks.ask(Lock.LEADER, now);
        }
    }

    /** The answer to {@link Effects#send}. */
    public void sent(ControlMessage message, boolean committed, long now) {
        busy = true;
        member.reports.answered(message.token(), committed);
        if (role() == Role.STOPPED) {
            // A later member of this session may hold the lock that this one would give back.
            return;
        }
        if (committed) {
            switch (message.type()) {
                case PROGRESS -> member.state().reported(message.text("join"));
                case RESIGN -> member.effects.unlock(Lock.LEADER);
                case VACANT -> member.finish();
                default -> {}
            }
        } else if (message.type() != ControlMessage.Type.PROGRESS) {
            // A report is made anew with current values; all other messages must be sent.
            member.control.sendAgain(message, now);
        }
    }

    /** The answer to {@link Effects#unlock}. */
    public void unlocked(Lock lock, long now) {
        busy = true;
        if (lock == Lock.LEADER) {
            member.state().unlocked();
        }
    }

    /** The answer to {@link Effects#terminate}: not allowed if this user may not end the backend. */
    public void terminated(int ended, Lock lock, boolean allowed, long now) {
        busy = true;
        if (!allowed) {
            member.undeposable = lock == Lock.LEADER ? ended : member.undeposable;
            member.effects.cannotDepose(ended);
        } else if (lock == Lock.LEADER) {
            member.state().leaderEnded(now);
        }
    }

    /** The answer to {@link Effects#awaitIdle}: everything that was delivered is complete. */
    public void drained(long now) {
        busy = true;
        if (member.effects.isIdle()) {
            member.state().drained(now);
        } else {
            // This was the answer to an older request, and more messages were delivered since.
            member.effects.awaitIdle();
        }
    }

    // ---- while the stream is not read

    /**
     * Called while the stream is not read because a queue is full, so that this member's own markers do not arrive. The server must
     * send the returned message over the auxiliary connection only if this member holds the leader's lock; null: nothing to send now.
     *
     * @param connection backend of the auxiliary connection, 0: none yet
     */
    public @Nullable ControlMessage signOfLife(int connection, long now) {
        // A member may have to leave while another route of its session stands still.
        member.control.tick(now, this::isStillSo);
        return member.state().signOfLife(connection, now);
    }

    /**
     * The sign of life is committed, which proves that this member leads: the lease begins at the call that asked for the sign.
     *
     * @param standby backend that holds the standby's lock, 0: none
     */
    public void signSent(int standby, long now) {
        busy = true;
        member.effects.renewLease(member.signs.lastAt(), 0);
        member.state().signSent(standby, now);
    }

    // ---- leaving

    /** Begins the orderly stop. It ends with {@link Effects#stopped}. */
    public void stop(long now) {
        busy = true;
        if (!member.isStopping()) {
            member.setStopping(true);
            member.state().stop(now);
        }
    }

    /**
     * Revokes {@link #stop} if the member has not begun to leave. Returns whether the member now continues. A disconnected member
     * may be delivering what it had taken in, or waiting for messages that had begun; it stops, or can continue once it is connected.
     */
    public boolean goOn() {
        busy = true;
        if (role() == Role.COLD || role() == Role.STANDBY || role() == Role.TAKING_OVER) {
            member.setStopping(false);
        }
        return !member.isStopping();
    }

    /** May be called after {@link Effects#stopped}: the member joins the group again at the next {@link #connected}. */
    public void again() {
        busy = true;
        member.again();
    }

    /**
     * Ends now, without answers of the server, which may refuse what an orderly stop has to say. The locks are released, and others take over
     * as after a lost connection. What workers have begun is no longer waited for. If memory is lacking for it, call it again.
     */
    public void abandon() {
        busy = true;
        // First of all: what begins later might begin at the successor, too.
        member.effects.withdraw();
        if (role() == Role.LEADER) {
            member.state().discard();
            member.become(new Disconnected<>(member), "its stop takes too long");
        }
        if (role() == Role.STOPPED) {
            // The end has begun, and memory was lacking for the rest of it.
            member.effects.stopped();
        } else {
            member.finish();
        }
    }

    /** Ends the orderly stop although not everything is complete. */
    public void giveUpDraining(long now) {
        busy = true;
        member.state().giveUp(now);
    }
}
