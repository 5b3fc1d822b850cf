package io.github.pgpubsub.internal.session;

import java.util.concurrent.TimeUnit;

/**
 * How far a session has read, and how long its next read may wait. Outlives the connections: if a connection ends before its first
 * read, the gap begins where the former connection ended. Belongs to the session's thread, but for {@link #receivedUpTo}.
 */
final class Reading {

    /** Longest wait of a read in milliseconds; a command of another thread waits as long. */
    static final int READ_MILLIS = 10;
    /** The same shortly after a request, because requests rarely come alone. More than 1 ms, which would mean a peek. */
    static final int BUSY_READ_MILLIS = 2;
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** The same after a time without activity: waking up is the cost of an idle session. */
    private static final int QUIET_READ_MILLIS = 40;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Below both limits, a read has probably emptied the socket. */
    private static final int BACKLOG_COUNT = 1000;
    private static final int BACKLOG_BYTES = 64 * 1024;

    private long busyUntil = System.nanoTime();
    private long readAt = busyUntil;
    private volatile long caughtUpAt = busyUntil;
    private boolean behind;

    /** Called for each new connection, which has no backlog yet. */
    void begin(long now) {
        readAt = now;
        caughtUpAt = now;
        behind = false;
    }

    /** Called after something was sent. */
    void busy(long now) {
        busyUntil = now + BUSY_NANOS;
    }

    /** @param heardAt time of the server's last sign of life */
    int waitMillis(long now, long heardAt) {
        boolean quiet = now - busyUntil > QUIET_NANOS && now - heardAt > QUIET_NANOS;
        return now - busyUntil < 0 ? BUSY_READ_MILLIS : quiet ? QUIET_READ_MILLIS : READ_MILLIS;
    }

    /** Called when everything that was read has been handed on. */
    void handedOn() {
        if (!behind) {
            caughtUpAt = readAt;
        }
    }

    void beginRead(long now) {
        readAt = now;
    }

    void brought(int notifications, long bytes) {
        behind = notifications >= BACKLOG_COUNT || bytes >= BACKLOG_BYTES;
    }

    /** Whether the last read left a backlog behind. */
    boolean isBehind() {
        return behind;
    }

    /** When the last read began. */
    long readAt() {
        return readAt;
    }

    /** Everything that arrived before this time has been handed on. */
    long caughtUpAt() {
        return caughtUpAt;
    }

    /**
     * System.nanoTime up to which everything sent has surely been handed on. Earlier than now by the time of a stall, or by the age of
     * the server's last sign of life: since then the connection may be dead. For any thread.
     */
    long receivedUpTo(long heardAt) {
        long handedOnUpTo = caughtUpAt;
        return heardAt - handedOnUpTo < 0 ? heardAt : handedOnUpTo;
    }
}
