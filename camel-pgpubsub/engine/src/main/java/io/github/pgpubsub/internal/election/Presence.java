package io.github.pgpubsub.internal.election;

/** The shared lock by which a member shows that it is there, and whether it has seen anybody lead. */
final class Presence {

    private final Effects<?> effects;
    /** Whether this member has led, has seen another member lead, or another one that has. Kept over a break of the stream. */
    private boolean witness;
    private boolean holdsWitness;
    private boolean holdsPresence;
    private boolean othersSeen;

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

    /** What other members have seen this one knows too, and still when they are gone. */
    void lookForWitnesses(Poll poll) {
        witness |= poll.witnesses() > 0;
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

    /** Whether nobody is known to have led, so that nobody can have missed anything. */
    boolean isFirstGap() {
        return !witness;
    }
}
