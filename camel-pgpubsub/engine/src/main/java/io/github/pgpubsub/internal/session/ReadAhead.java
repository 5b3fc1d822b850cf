package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arrived bytes into memory while a session reads slowly, or not at all because a queue is full; otherwise the server would
 * take the host for vanished. The kernel's buffer limits the amount each time, but it adds up: if a route is slow for too long, the
 * session drops the connection and reports a gap. Belongs to the session's thread.
 */
final class ReadAhead {

    /** Checks in each period of {@code after}. */
    private static final int LOOKS = 4;
    /** Maximum bytes kept: an eighth of a small heap, 256 MiB of a large one. */
    private static final long MOST = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final ServerConnection connection;
    private final @Nullable Duration after;
    private long next = System.nanoTime();

    /** @param after how long arrived bytes may stay unread before some are read ahead; null: for any time */
    ReadAhead(ServerConnection connection, @Nullable Duration after) {
        this.connection = connection;
        this.after = after;
    }

    /**
     * Reads ahead if a check is due. To be called often.
     *
     * @throws SQLException when the maximum is exceeded
     */
    void readIfDue(Inbox inbox) throws SQLException {
        long now = System.nanoTime();
        if (after == null || now - next < 0) {
            return;
        }
        next = now + after.toNanos() / LOOKS;
        long ahead = connection.readAhead(after, MOST);
        if (ahead > MOST) {
            throw new SQLException((inbox.isEmpty() ? "A route" : inbox.nextReceiver()) + " has been too slow for so long that "
                    + (ahead >> 20) + " MiB wait in memory, and no more can be kept");
        }
    }
}
