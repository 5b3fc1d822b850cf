package io.github.pgpubsub.internal.election;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether somebody else may have led than the leader that a standby believes. */
final class Doubts {

    /** Maximum messages kept from senders that have not been looked up yet. */
    private static final int MOST_CLAIMS = 100;

    /** What somebody says who may lead, and where it came by. */
    record Claim(int sender, ControlMessage message, Places.Place at) {}

    private final ArrayDeque<Claim> claims = new ArrayDeque<>();
    private int claimant;
    private long doubtedFrom = Leadership.NEVER;
    private long lastLook;
    private boolean wasAway;
    private @Nullable String barrier;

    /** Keeps what an unknown sender says until the locks have been looked at. */
    void claims(int sender, ControlMessage message, Places.Place at) {
        if (claims.size() < MOST_CLAIMS) {
            claims.add(new Claim(sender, message, at));
        }
    }

    /** Whether the last look at the locks was for another sender. */
    boolean isAnother(int sender) {
        return sender != claimant;
    }

    void looksUp(int sender) {
        claimant = sender;
    }

    /** What was kept. It is kept no longer. */
    List<Claim> takeClaims() {
        List<Claim> all = List.copyOf(claims);
        claims.clear();
        return all;
    }

    /** The sender of that claim could not be looked up in time: it may have led. */
    void doubt(Claim claim) {
        long place = claim.at.before();
        doubtedFrom = doubtedFrom == Leadership.NEVER ? place : Math.min(doubtedFrom, place);
    }

    /** The claims that are left. */
    void doubtAll() {
        takeClaims().forEach(this::doubt);
    }

    void forget() {
        doubtedFrom = Leadership.NEVER;
    }

    /** Everything before this place is complete, says the believed leader, and so are all doubts about that. */
    void settle(long complete) {
        if (isAnyBefore(complete)) {
            forget();
            endAwayIfSettled();
        }
    }

    void firstLook(long askedAt) {
        lastLook = askedAt;
    }

    /**
     * The answer tells how it was at some time after the question, and that may lie far back.
     *
     * @return whether this member was away: somebody else may have led unseen, and what that one said may not be read yet
     */
    boolean look(long askedAt, long now) {
        boolean away = now - lastLook > Cold.VACANCY_NANOS / 2;
        wasAway |= away;
        lastLook = askedAt;
        return away;
    }

    /** When this own message comes by, all is read that was said while this member was away. */
    void awaits(String token) {
        barrier = token;
    }

    /** An own message comes by. */
    void cameBy(String token) {
        if (token.equals(barrier)) {
            barrier = null;
            endAwayIfSettled();
        }
    }

    /** Nothing that was said while this member was away left a doubt. */
    void endAwayIfSettled() {
        wasAway &= barrier != null || doubtedFrom != Leadership.NEVER || !claims.isEmpty();
    }

    boolean isDoubted(long place) {
        return doubtedFrom != Leadership.NEVER && place >= doubtedFrom;
    }

    boolean isAnyBefore(long place) {
        return doubtedFrom != Leadership.NEVER && doubtedFrom < place;
    }

    /** Whether somebody may have led for so long that it has named and processed messages. */
    boolean mayAnotherHaveLed() {
        return doubtedFrom != Leadership.NEVER && wasAway;
    }
}
