package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifications that had been received when the connection ended: they are handed on before the subscribers hear of the end.
 * Nobody is waited for, so subscribers without room get a limited amount. Belongs to the session's thread.
 */
final class LastNotifications {

    private static final Logger LOG = LoggerFactory.getLogger(LastNotifications.class);

    /** Maximum bytes, by estimate, for subscribers without room; the rest is reported as missed. */
    private static final long MOST_WITHOUT_ROOM = Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 32);

    private final ServerConnection connection;
    private final Inbox inbox;
    private final SessionParts parts;
    private final Duration heartbeatInterval;

    LastNotifications(ServerConnection connection, Inbox inbox, SessionParts parts, Duration heartbeatInterval) {
        this.connection = connection;
        this.inbox = inbox;
        this.parts = parts;
        this.heartbeatInterval = heartbeatInterval;
    }

    /**
     * Hands on the received notifications, and tells the subscribers from when on messages may be missing, if that is earlier than
     * now.
     *
     * @param cause the failure that ended the connection
     */
    void handOn(Exception cause) {
        boolean all = false;
        try {
            inbox.take(connection.pending());
            all = inbox.giveAll(MOST_WITHOUT_ROOM);
            while (all && isWhole(cause) && readMore()) {
                all = inbox.giveAll(MOST_WITHOUT_ROOM);
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Some of the notifications that had been received could not be handed on", e);
        }
        if (!all) {
            tellMissed(parts.reading().caughtUpAt());
        } else if (isSilence(cause) || System.nanoTime() - parts.reading().readAt() > heartbeatInterval.toNanos()) {
            tellMissed(parts.view().heardAt());
        }
    }

    private void tellMissed(long since) {
        parts.subscribers().forEach(subscriber -> subscriber.missed(since));
    }

    /** Whether the connection can still be read: the failure was not a failure of the connection itself. */
    private static boolean isWhole(Exception cause) {
        return cause instanceof SQLException e
                && ((e.getSQLState() == null && e.getCause() == null) || !ConnectionFailure.isLoss(e));
    }

    /** Whether the time at which the connection ended is unknown, because the failure was a missing answer. */
    private static boolean isSilence(@Nullable Throwable cause) {
        return cause != null && (cause instanceof SocketTimeoutException || isSilence(cause.getCause()));
    }

    private boolean readMore() throws SQLException {
        PGNotification[] more = connection.pg().getNotifications(Reading.BUSY_READ_MILLIS);
        inbox.take(more == null ? connection.pending() : more);
        return !inbox.isEmpty();
    }
}
