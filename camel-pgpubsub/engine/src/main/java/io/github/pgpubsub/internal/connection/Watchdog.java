package io.github.pgpubsub.internal.connection;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Aborts a connection when the thread that owns it does not come back from the driver. That can happen although the
 * connection has a network timeout: within a notification the driver waits without one
 * ({@code QueryExecutorImpl#processNotifies}), so half a notification followed by silence would hold its thread for ever.
 */
public final class Watchdog implements AutoCloseable {

    /** So many looks without a sign are too many. Looks are counted, not time, which runs on while a process is frozen. */
    private static final int LOOKS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final long lookNanos;
    private final Thread thread;
    private volatile @Nullable ServerConnection watched;
    private volatile long signs;
    private volatile boolean closed;

    /** @param limit how long the owner may be away */
    public Watchdog(Duration limit, ThreadFactory threads) {
        this.lookNanos = Math.max(1, limit.toNanos() / LOOKS);
        this.thread = threads.newThread(this::look);
    }

    public void start() {
        thread.start();
    }

    /** The owner uses this connection from now on; null: none. */
    public void watch(@Nullable ServerConnection connection) {
        alive();
        watched = connection;
    }

    /** The owner is not away; called by the owner only. */
    @SuppressWarnings({"NonAtomicOperationOnVolatileField", "NonAtomicVolatileUpdate"})
    public void alive() {
        signs++;
    }

    private void look() {
        long seen = signs;
        int missed = 0;
        while (!closed) {
            LockSupport.parkNanos(lookNanos);
            // Nobody has a reason to interrupt it, and parking would not pause any more.
            Thread.interrupted();
            ServerConnection connection = watched;
            if (connection == null || signs != seen) {
                seen = signs;
                missed = 0;
            } else if (++missed == LOOKS + 1) {
                abort(connection);
            }
        }
    }

    /** Whatever that throws, there is another connection to watch later. */
    private static void abort(ServerConnection connection) {
        try {
            connection.abort();
        } catch (Throwable e) {
            LOG.warn("A connection that hangs could not be aborted", e);
        }
    }

    /** Ends the thread; does not wait for it. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
