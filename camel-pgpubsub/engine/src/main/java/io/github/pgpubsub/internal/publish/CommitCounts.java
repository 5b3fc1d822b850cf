package io.github.pgpubsub.internal.publish;

/**
 * What was committed so far.
 *
 * @param notifications how many
 * @param commits       in how many commits
 * @param nanos         how long these commits took together, nanoseconds, round trips included
 * @param longest       how long the slowest of them took, nanoseconds
 */
record CommitCounts(long notifications, long commits, long nanos, long longest) {

    static final CommitCounts NONE = new CommitCounts(0, 0, 0, 0);

    /** With one more commit. */
    CommitCounts plus(int size, long took) {
        return new CommitCounts(notifications + size, commits + 1, nanos + took, Math.max(longest, took));
    }
}
