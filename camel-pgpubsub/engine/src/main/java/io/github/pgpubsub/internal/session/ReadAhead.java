package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Takes in some of what has come while a session reads slowly, or not at all because a queue is full: the server must not take it
 * for a vanished one. That is little, and yet memory: a route that is slow for too long loses the connection, and is told the gap.
 * Belongs to the session's thread.
 */
final class ReadAhead {

    /** So many looks whether something waits to be taken in, for each time that it may wait. */
    private static final int LOOKS = 4;
    /** Bytes that are kept at most: more would take a small heap away. */
    private static final long MOST = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final ServerConnection connection;
    private final @Nullable Duration after;
    private long next = System.nanoTime();

    /** @param after how long what has arrived may wait to be read, before some of it is taken in; null: for ever */
    ReadAhead(ServerConnection connection, @Nullable Duration after) {
        this.connection = connection;
        this.after = after;
    }

    /**
     * To be called often.
     *
     * @throws SQLException when it is too much
     */
    void look(Inbox inbox) throws SQLException {
        long now = System.nanoTime();
        if (after == null || now - next < 0) {
            return;
        }
        next = now + after.toNanos() / LOOKS;
        long ahead = connection.readAhead(after);
        if (ahead > MOST) {
            throw new SQLException((inbox.isEmpty() ? "A route" : inbox.nextReceivers()) + " is too slow: for so long that "
                    + (ahead >> 20) + " MiB have come which nobody could take, and no more can be kept");
        }
    }
}
