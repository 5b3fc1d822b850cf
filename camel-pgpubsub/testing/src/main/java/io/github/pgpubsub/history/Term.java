package io.github.pgpubsub.history;

/** A term of a member: from the moment it becomes the leader until it becomes the leader again. */
final class Term {

    final String member;
    final long began;
    /** Begin of the same member's next term. */
    long until = Long.MAX_VALUE;

    Term(String member, long began) {
        this.member = member;
        this.began = began;
    }

    @Override
    public String toString() {
        return member + "'s term from " + began;
    }
}
