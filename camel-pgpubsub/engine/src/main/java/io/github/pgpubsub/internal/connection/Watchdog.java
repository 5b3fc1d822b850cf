package io.github.pgpubsub.internal.connection;

import io.github.pgpubsub.internal.Survival;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Aborts a connection when the thread that owns it does not return from the driver. This can happen in spite of a network timeout:
 * within a notification the driver waits without one ({@code QueryExecutorImpl#processNotifies}), so half a notification followed
 * by silence would hold the thread forever.
 */
public final class Watchdog implements AutoCloseable {

    /** Checks per limit. A limit is counted in checks and not by the clock, because the clock runs on while a process is frozen. */
    private static final int LOOKS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final long lookNanos;
    private final Thread thread;
    private volatile @Nullable ServerConnection watched;
    private volatile long signs;
    private volatile boolean closed;

    /** @param limit how long the owner may stay in the driver */
    public Watchdog(Duration limit, ThreadFactory threads) {
        this.lookNanos = Math.max(1, limit.toNanos() / LOOKS);
        this.thread = threads.newThread(this::watch);
    }

    public void start() {
        thread.start();
    }

    /** The connection that the owner uses from now on; null: none. */
    public void watch(@Nullable ServerConnection connection) {
        alive();
        watched = connection;
    }

    /** A sign of life of the owner; called by the owner only. */
    @SuppressWarnings({"NonAtomicOperationOnVolatileField", "NonAtomicVolatileUpdate"})
    public void alive() {
        signs++;
    }

    private void watch() {
        long seen = signs;
        int missed = 0;
        while (!closed) {
            LockSupport.parkNanos(lookNanos);
            // Clears a stray interrupt, with which parking would no longer pause.
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

    /** Survives any exception: the thread has to watch later connections. */
    private void abort(ServerConnection connection) {
        try {
            LOG.warn(
                    "The driver has not returned for {} ms, so the connection of backend {} is aborted: the server or the network has"
                            + " fallen silent within a notification or an answer",
                    TimeUnit.NANOSECONDS.toMillis(lookNanos * LOOKS), connection.backend());
            connection.abort();
        } catch (Throwable e) {
            Survival.complain("A connection that does not respond could not be aborted", e, LOG);
        }
    }

    /** Ends the thread without waiting for it. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
