package io.github.pgpubsub.internal.connection;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets a start wait for the first attempt to connect: it can fail at once if another attempt would be useless, and otherwise continue
 * in the background. A later start, which shares the connection, gets the outcome of the latest attempt; once an attempt has succeeded,
 * it continues in any case. Thread-safe.
 */
public final class FirstAttempt {

    private final CountDownLatch made = new CountDownLatch(1);
    /** The exception for a start; null: none to throw. */
    private volatile @Nullable Exception failure;
    private volatile boolean succeeded;

    public void succeeded() {
        succeeded = true;
        made(null);
    }

    /** The attempt failed; unless the cause is hopeless, another one follows. */
    public void failed(Exception cause) {
        made(!succeeded && isHopeless(cause) ? cause : null);
    }

    private void made(@Nullable Exception outcome) {
        failure = outcome;
        made.countDown();
    }

    /** There are no more attempts, and what the last one has told remains. */
    public void end() {
        made.countDown();
    }

    /** Whether another attempt would fail in the same way. */
    public static boolean isHopeless(Exception cause) {
        return (cause instanceof SQLException refusal && ConnectionFailure.isRefusal(refusal))
                || cause instanceof IllegalArgumentException;
    }

    /** The attempt failed, and no other one follows. */
    public void gaveUp(SQLException cause) {
        made(cause);
    }

    /**
     * Waits until an attempt has succeeded or failed, or the time is up: the server is slow or unreachable, and attempts continue in the
     * background.
     *
     * @param longest maximum time to wait
     * @throws SQLException             when the server refuses (a wrong password, no such database), or no other attempt follows
     * @throws IllegalArgumentException when the settings can't work
     */
    public void await(Duration longest) throws SQLException, InterruptedException {
        if (made.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            Exception outcome = failure;
            if (outcome instanceof SQLException e) {
                throw e;
            } else if (outcome != null) {
                throw (IllegalArgumentException) outcome;
            }
        }
    }
}
