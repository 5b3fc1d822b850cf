package io.github.pgpubsub.internal.election;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A standby's evidence that it may have missed another leader: claims of unknown senders, and its own absences. */
final class Doubts {

    /** Maximum messages kept from senders that have not been looked up yet. */
    private static final int MOST_CLAIMS = 100;

    /** A leader's message from an unknown sender, with its position. */
    record Claim(int sender, ControlMessage message, Places.Place at) {}

    private final ArrayDeque<Claim> claims = new ArrayDeque<>();
    private int claimant;
    private long doubtedFrom = Leadership.NEVER;
    private long lastLook;
    private boolean wasAway;
    private @Nullable String barrier;

    /** Keeps the message of an unknown sender until the locks have been looked up. */
    void claims(int sender, ControlMessage message, Places.Place at) {
        if (claims.size() < MOST_CLAIMS) {
            claims.add(new Claim(sender, message, at));
        }
    }

    /** Whether the last look-up was for another sender. */
    boolean isAnother(int sender) {
        return sender != claimant;
    }

    void looksUp(int sender) {
        claimant = sender;
    }

    /** Removes and returns the kept messages. */
    List<Claim> takeClaims() {
        List<Claim> all = List.copyOf(claims);
        claims.clear();
        return all;
    }

    /** The sender of a claim could not be looked up in time, and may have led. */
    void doubt(Claim claim) {
        long place = claim.at.before();
        doubtedFrom = doubtedFrom == Leadership.NEVER ? place : Math.min(doubtedFrom, place);
    }

    /** Doubts the remaining claims. */
    void doubtAll() {
        takeClaims().forEach(this::doubt);
    }

    void forget() {
        doubtedFrom = Leadership.NEVER;
    }

    /** The believed leader has completed everything before this position, which settles a doubt about earlier messages. */
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
     * Records an answer. It shows the locks at some time after the question, which may have been long ago.
     *
     * @return whether this member was away: another member may have led unseen, and its messages may still be unread
     */
    boolean recordLook(long askedAt, long now) {
        boolean away = now - lastLook > Cold.VACANCY_NANOS / 2;
        wasAway |= away;
        lastLook = askedAt;
        return away;
    }

    /** Once this own message arrives, everything that was said while this member was away has been read. */
    void awaits(String token) {
        barrier = token;
    }

    /** This member's own message arrives. */
    void cameBy(String token) {
        if (token.equals(barrier)) {
            barrier = null;
            endAwayIfSettled();
        }
    }

    /** Ends the time away if everything that was said meanwhile has been read and left no doubt. */
    void endAwayIfSettled() {
        wasAway &= barrier != null || doubtedFrom != Leadership.NEVER || !claims.isEmpty();
    }

    boolean isDoubted(long place) {
        return doubtedFrom != Leadership.NEVER && place >= doubtedFrom;
    }

    boolean isAnyBefore(long place) {
        return doubtedFrom != Leadership.NEVER && doubtedFrom < place;
    }

    /** Whether another member may have led for so long that it has named and processed messages. */
    boolean mayAnotherHaveLed() {
        return doubtedFrom != Leadership.NEVER && wasAway;
    }
}
