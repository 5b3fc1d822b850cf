package io.github.pgpubsub.internal.election;

/** The shared lock by which a member shows that it is present, and whether it has seen a leader. */
final class Presence {

    private final Effects<?> effects;
    /** Whether this member has led, has seen a leader, or has met a member that has. Survives a break of the stream. */
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

    /** This member leads, or has seen a leader. */
    void witnessed() {
        witness = true;
    }

    /** Remembers whether there are other members. */
    void observe(Poll poll) {
        othersSeen = poll.members() > 1;
    }

    /** Learns from other members whether there was a leader, and remembers it when they are gone. */
    void observeWitnesses(Poll poll) {
        witness |= poll.witnesses() > 0;
    }

    /** Changes the lock if necessary. The server may refuse the new one for a while, so the former one is kept until it is granted. */
    void showWitness(Poll poll) {
        if (witness && !holdsWitness) {
            holdsWitness = true;
            effects.share(Lock.WITNESS);
        } else if (poll.witness() && holdsPresence) {
            holdsPresence = false;
            effects.unshare(Lock.PRESENCE);
        }
    }

    /** Whether there were other members at the last poll. */
    boolean isWithOthers() {
        return othersSeen;
    }

    /** Whether no leader is known to have existed, so nobody can have missed a message. */
    boolean isFirstGap() {
        return !witness;
    }
}
