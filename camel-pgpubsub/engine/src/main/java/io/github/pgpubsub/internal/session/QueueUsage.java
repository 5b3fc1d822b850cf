package io.github.pgpubsub.internal.session;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the server's notification queue: 8 GB that all databases of a server share, and from which nothing is removed before
 * the slowest listener has read it. When it is full, every transaction that notifies fails (PostgreSQL documentation, NOTIFY).
 * Written by the session's thread, read by any.
 */
final class QueueUsage {

    private static final Logger LOG = LoggerFactory.getLogger(QueueUsage.class);

    private static final int QUARTERS = 4;

    private volatile double share;
    private int quartersTold;

    /**
     * Warns when another quarter is full.
     *
     * @param now      0 to 1
     * @param waitsFor the subscriber for which this session stands still; null: none, so it is another session
     */
    void is(double now, String waitsFor) {
        share = now;
        int quarters = (int) (now * QUARTERS);
        if (quarters > quartersTold) {
            String percent = String.format("%.0f %%", now * 100);
            if (waitsFor != null) {
                LOG.warn("The server's notification queue is {} full, because {} does not keep up. When it is full, every NOTIFY on"
                        + " the server fails", percent, waitsFor);
            } else {
                LOG.warn("The server's notification queue is {} full, because some session that listens does not read, or sits in"
                        + " a transaction: pg_stat_activity shows those in wait_event ClientWrite and those with an old xact_start."
                        + " When it is full, every NOTIFY on the server fails", percent);
            }
        }
        quartersTold = quarters;
    }

    double share() {
        return share;
    }
}
