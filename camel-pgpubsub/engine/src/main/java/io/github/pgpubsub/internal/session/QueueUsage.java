package io.github.pgpubsub.internal.session;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the server's notification queue: 8 GB that all databases of a server share, and from which nothing is removed before
 * the slowest listener has read it. When it is full, every transaction that notifies fails (PostgreSQL documentation, NOTIFY).
 * Belongs to the session's thread; others see the {@link SessionView}.
 */
final class QueueUsage {

    private static final Logger LOG = LoggerFactory.getLogger(QueueUsage.class);

    private static final int QUARTERS = 4;

    private final SessionView view;
    private int quartersTold;

    QueueUsage(SessionView view) {
        this.view = view;
    }

    /**
     * Warns when another quarter is full.
     *
     * @param share    0 to 1
     * @param waitsFor the subscriber for which this session stands still; null: none, so it is another session
     */
    void observe(double share, @Nullable String waitsFor) {
        view.queueUsage(share);
        int quarters = (int) (share * QUARTERS);
        if (quarters > quartersTold) {
            String percent = String.format("%.0f %%", share * 100);
            if (waitsFor != null) {
                LOG.warn(
                        "The server's notification queue is {} full, because {} does not keep up. When it is full, every NOTIFY on"
                                + " the server fails",
                        percent, waitsFor);
            } else {
                LOG.warn("The server's notification queue is {} full, because some session that listens does not read, or sits in"
                        + " a transaction: pg_stat_activity shows those in wait_event ClientWrite and those with an old xact_start."
                        + " When it is full, every NOTIFY on the server fails", percent);
            }
        }
        quartersTold = quarters;
    }
}
