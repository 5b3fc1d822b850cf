package io.github.pgpubsub.lead;

/** The shared lock by which a member shows that it is there, and whether it has seen anybody lead. */
final class Presence {

    private final Effects<?> effects;
    /** Whether this member has led or has seen another member lead. Kept over a break of the stream. */
    private boolean witness;
    private boolean holdsWitness;
    private boolean holdsPresence;
    private boolean othersSeen;
    private boolean othersWitnessed;

    Presence(Effects<?> effects) {
        this.effects = effects;
    }

    void connected() {
        holdsWitness = witness;
        holdsPresence = !witness;
        effects.share(witness ? Lock.WITNESS : Lock.PRESENCE);
    }

    /** This member leads, or has seen another member lead. */
    void witnessed() {
        witness = true;
    }

    /** Remembers whether other members are there. */
    void look(Poll poll) {
        othersSeen = poll.members() > 1;
    }

    /** Remembers whether other members have seen anybody lead, for the case that this one takes over. */
    void lookForWitnesses(Poll poll) {
        othersWitnessed = poll.witnesses() > 0;
    }

    /** Changes the lock if need be: with two looks, so that this member is seen at all times. */
    void showWitness() {
        if (witness && !holdsWitness) {
            holdsWitness = true;
            effects.share(Lock.WITNESS);
        } else if (holdsWitness && holdsPresence) {
            holdsPresence = false;
            effects.unshare(Lock.PRESENCE);
        }
    }

    /** Whether other members were there at the last look. */
    boolean isWithOthers() {
        return othersSeen;
    }

    /** Whether nobody present has seen anybody lead, so that nobody can have missed anything. */
    boolean isFirstGap() {
        return !witness && !othersWitnessed;
    }
}
