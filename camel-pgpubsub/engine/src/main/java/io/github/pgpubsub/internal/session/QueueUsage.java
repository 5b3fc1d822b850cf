package io.github.pgpubsub.internal.session;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the server's notification queue: 8 GB shared by all databases of a server. A notification stays in it until the slowest
 * listener has read it. When the queue is full, every transaction that notifies fails (PostgreSQL documentation, NOTIFY). Belongs to
 * the session's thread; other threads see the {@link SessionView}.
 */
final class QueueUsage {

    private static final Logger LOG = LoggerFactory.getLogger(QueueUsage.class);

    private static final int QUARTERS = 4;
    /**
     * The share must fall by this much below a quarter before that quarter is worth another warning: while a listener reads now and then,
     * the share goes up and down.
     */
    private static final double CLEAR_FALL = 0.125;

    private final SessionView view;
    private int quartersTold;

    QueueUsage(SessionView view) {
        this.view = view;
    }

    /**
     * Logs a warning at each further quarter; again only after the share had clearly fallen.
     *
     * @param share    used share of the queue, 0 to 1
     * @param waitsFor the subscriber for which this session has stopped reading; null: none, so another session is the cause
     */
    void observe(double share, @Nullable String waitsFor) {
        view.queueUsage(share);
        int quarters = (int) (share * QUARTERS);
        if (quarters <= quartersTold) {
            quartersTold = Math.min(quartersTold, (int) ((share + CLEAR_FALL) * QUARTERS));
        } else {
            quartersTold = quarters;
            String percent = String.format("%.0f %%", share * 100);
            if (waitsFor != null) {
                LOG.warn(
                        "The server's notification queue is {} full, because {} does not keep up. When it is full, every NOTIFY on"
                                + " the server fails",
                        percent, waitsFor);
            } else {
                LOG.warn("The server's notification queue is {} full, because a listening session does not read, or sits in a"
                        + " transaction: pg_stat_activity shows such sessions with the wait_event ClientWrite, or with an old xact_start."
                        + " When it is full, every NOTIFY on the server fails", percent);
            }
        }
    }
}
