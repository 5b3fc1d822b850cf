package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
    /** How long they are read: under load there may be no end of them. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

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
            // A driver that had no memory may have lost some.
            all = handOnAll(isWhole(cause)) && !isLackOfMemory(cause);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Some of the notifications that had been received could not be handed on", e);
        } catch (Error e) {
            Survival.complain("The notifications that had been received could not be handed on", e, LOG);
        }
        if (!all) {
            connection.leavesBacklog();
        }
        long now = System.nanoTime();
        // The server's word comes behind all that it has sent. Behind any other end, what it sent since the last read may be unread.
        long missed = all && ConnectionFailure.isToldByServer(cause) ? 0 : now - parts.reading().caughtUpAt();
        if (!isTimely(cause) || now - parts.reading().readAt() > heartbeatInterval.toNanos()) {
            missed = Math.max(missed, now - parts.view().heardAt());
        }
        if (missed > 0) {
            parts.subscribers().tellMissed(now - missed);
        }
    }

    /**
     * @param canRead whether more can be read from the connection
     * @return false if a part was left, because there is no room for it or there was no end of it
     */
    private boolean handOnAll(boolean canRead) throws SQLException {
        inbox.take(connection.pending());
        long withoutRoom = inbox.giveAll(MOST_WITHOUT_ROOM);
        long begin = System.nanoTime();
        boolean more = canRead;
        while (more && withoutRoom < MOST_WITHOUT_ROOM && System.nanoTime() - begin < LONGEST_NANOS) {
            more = readMore();
            withoutRoom += inbox.giveAll(MOST_WITHOUT_ROOM - withoutRoom);
        }
        return inbox.isEmpty() && !more;
    }

    /** Tells the subscribers that they miss what was received, or may have been, since the session had last read everything. */
    void giveUp() {
        connection.leavesBacklog();
        parts.subscribers().tellMissed(parts.reading().caughtUpAt());
    }

    /** Whether the connection can still be read: the failure was not a failure of the connection itself. */
    private static boolean isWhole(Exception cause) {
        return cause instanceof SQLException e
                && ((e.getSQLState() == null && e.getCause() == null) || !ConnectionFailure.isLoss(e)) && !isLackOfMemory(e);
    }

    private static boolean isLackOfMemory(Exception cause) {
        return cause instanceof SQLException e && ConnectionFailure.isLackOfMemory(e);
    }

    /**
     * Whether the connection has ended just now: by the server's own word, or on this side. Any other end may be late news of a host or
     * a path that has been gone for some time: a missing answer, or a proxy that closes what leads nowhere.
     */
    private static boolean isTimely(Exception cause) {
        return ConnectionFailure.isToldByServer(cause) || cause instanceof RuntimeException
                || isWhole(cause) || ConnectionFailure.isClosedHere(cause);
    }

    private boolean readMore() throws SQLException {
        PGNotification[] found = connection.pg().getNotifications(Reading.BUSY_READ_MILLIS);
        PGNotification[] more = found == null ? connection.pending() : found;
        inbox.take(more);
        return more.length > 0;
    }
}
