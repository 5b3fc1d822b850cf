package io.github.pgpubsub.status;

import java.time.Duration;

/**
 * How a publisher stands, for operators.
 *
 * @param connected     whether it has a connection
 * @param backend       process id of its backend as it connected, 0: not connected
 * @param since         how long it has been so
 * @param reconnects    how many connections followed the first one
 * @param queued        notifications that wait to be sent
 * @param capacity      how many may
 * @param committed     notifications that were committed
 * @param failed        notifications of which senders were told that they were not, or that nobody knows
 * @param commits       batches that were committed
 * @param commitTime    how long all these commits took together, round trips included
 * @param longestCommit how long the slowest of them took
 */
public record PublisherStatus(
        boolean connected, int backend, Duration since, long reconnects, int queued, int capacity, long committed, long failed,
        long commits, Duration commitTime, Duration longestCommit) {

    /** Notifications to a commit, 0: none yet. */
    public double meanBatch() {
        return commits == 0 ? 0 : (double) committed / commits;
    }

    /** Time of a commit in the mean. */
    public Duration meanCommit() {
        return commits == 0 ? Duration.ZERO : commitTime.dividedBy(commits);
    }
}
