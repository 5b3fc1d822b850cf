package io.github.pgpubsub.internal.publish;

/**
 * Counts of commits since the start.
 *
 * @param notifications committed notifications
 * @param commits       commits
 * @param nanos         total time of the commits in nanoseconds, round trips included
 * @param longest       time of the slowest commit in nanoseconds
 */
record CommitCounts(long notifications, long commits, long nanos, long longest) {

    static final CommitCounts NONE = new CommitCounts(0, 0, 0, 0);

    /** The counts after one more commit. */
    CommitCounts plus(int size, long took) {
        return new CommitCounts(notifications + size, commits + 1, nanos + took, Math.max(longest, took));
    }
}
