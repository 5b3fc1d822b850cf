package io.github.pgpubsub.status;

import java.time.Duration;

/**
 * The state of a publisher, for operators.
 *
 * @param connected     whether it has a connection
 * @param backend       process id of its backend at the time it connected; 0: not connected
 * @param since         how long it has been connected, or not
 * @param reconnects    number of connections after the first
 * @param queued        notifications waiting to be sent
 * @param capacity      maximum of {@code queued}
 * @param committed     committed notifications
 * @param failed        notifications reported to their senders as failed, or as having an unknown outcome
 * @param commits       committed batches
 * @param commitTime    total time of these commits, round trips included
 * @param longestCommit time of the slowest commit
 */
public record PublisherStatus(
        boolean connected, int backend, Duration since, long reconnects, int queued, int capacity, long committed, long failed,
        long commits, Duration commitTime, Duration longestCommit) {

    /** Mean notifications per commit; 0: none yet. */
    public double meanBatch() {
        return commits == 0 ? 0 : (double) committed / commits;
    }

    /** Mean time of a commit; zero: none yet. */
    public Duration meanCommit() {
        return commits == 0 ? Duration.ZERO : commitTime.dividedBy(commits);
    }
}
