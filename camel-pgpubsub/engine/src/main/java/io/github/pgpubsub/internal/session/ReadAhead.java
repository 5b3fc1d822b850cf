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
final class ReadAhead implements AutoCloseable {

    /** Checks in each period of {@code after}. */
    private static final int LOOKS = 4;

    private final ServerConnection connection;
    private final @Nullable Duration after;
    private final ReadAheadMemory memory = ReadAheadMemory.OF_THE_PROCESS;
    /** Bytes in memory that were read ahead. */
    private long held;
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
        long read = connection.readAhead(after, memory.mostFor(held));
        boolean mayGoOn = memory.hold(held, read);
        held = mayGoOn ? read : 0;
        if (!mayGoOn) {
            throw new SQLException((inbox.isEmpty() ? "A route" : inbox.nextReceiver()) + " has been too slow for so long that "
                    + mebibytes(read) + " MiB wait in memory, " + mebibytes(read + memory.held())
                    + " MiB with those of other connections, and no more can be kept");
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 19)) >> 20;
    }

    @Override
    public void close() {
        memory.hold(held, 0);
        held = 0;
    }
}
