package io.github.pgpubsub.internal.session;

import java.util.concurrent.TimeUnit;

/**
 * How far a session has read, and how long its next read may wait. Outlives the connections: the gap of a connection that ends before
 * its first read begins where the former connection ended. Belongs to the session's thread.
 */
final class Reading {

    /** Milliseconds that one read waits, and so for which a command of another thread may wait. */
    static final int READ_MILLIS = 10;
    /** The same while something is going on: commands rarely come alone. More than the 1 ms that means a peek. */
    static final int BUSY_READ_MILLIS = 2;
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** The same when nothing has happened for a while. Waking up is what idling costs. */
    private static final int QUIET_READ_MILLIS = 40;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A read that brought fewer notifications and fewer bytes has probably brought all there were. */
    private static final int FEW = 1000;
    private static final int FEW_BYTES = 64 * 1024;

    private long busyUntil = System.nanoTime();
    private long readAt = busyUntil;
    private long caughtUpAt = busyUntil;
    private boolean behind;

    /** A new connection: there is nothing before it. */
    void begin(long now) {
        readAt = now;
        caughtUpAt = now;
        behind = false;
    }

    /** Something was sent. */
    void busy(long now) {
        busyUntil = now + BUSY_NANOS;
    }

    /** @param heardAt when the server last said anything */
    int waitMillis(long now, long heardAt) {
        boolean quiet = now - busyUntil > QUIET_NANOS && now - heardAt > QUIET_NANOS;
        return now - busyUntil < 0 ? BUSY_READ_MILLIS : quiet ? QUIET_READ_MILLIS : READ_MILLIS;
    }

    /** All that was read has been handed on. */
    void handedOn() {
        if (!behind) {
            caughtUpAt = readAt;
        }
    }

    void reads(long now) {
        readAt = now;
    }

    void brought(int notifications, long bytes) {
        behind = notifications >= FEW || bytes >= FEW_BYTES;
    }

    /** Whether the last read left a backlog behind. */
    boolean isBehind() {
        return behind;
    }

    /** When the last read began. */
    long readAt() {
        return readAt;
    }

    /** All that came before this time has been handed on. */
    long caughtUpAt() {
        return caughtUpAt;
    }
}
