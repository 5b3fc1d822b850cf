package io.github.pgpubsub.history;

/** A member leads, from one time that it becomes the leader to the next. */
final class Term {

    final String member;
    final long began;
    /** When it begins another one. */
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
