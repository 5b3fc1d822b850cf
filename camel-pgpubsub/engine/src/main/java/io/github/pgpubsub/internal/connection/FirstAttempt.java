package io.github.pgpubsub.internal.connection;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The outcome of the first attempt to connect: a start can fail at once if another attempt would be useless, and otherwise
 * continue in the background. Thread-safe.
 */
public final class FirstAttempt {

    /** Completed with the exception for the waiting thread; with null when there is none to throw. */
    private final CompletableFuture<Exception> end = new CompletableFuture<>();

    public void succeeded() {
        end.complete(null);
    }

    /** The attempt failed; unless the cause is hopeless, another one follows. */
    public void failed(Exception cause) {
        end.complete(isHopeless(cause) ? cause : null);
    }

    /** Whether another attempt would fail in the same way. */
    public static boolean isHopeless(Exception cause) {
        return (cause instanceof SQLException refusal && ConnectionFailure.isRefusal(refusal))
                || cause instanceof IllegalArgumentException;
    }

    /** The attempt failed, and no other one follows. */
    public void gaveUp(SQLException cause) {
        end.complete(cause);
    }

    /**
     * Waits until the attempt has succeeded or failed, or the time is up.
     *
     * @param longest maximum time to wait
     * @throws SQLException             when the server refuses (a wrong password, no such database), or no other attempt follows
     * @throws IllegalArgumentException when the settings can't work
     */
    public void await(Duration longest) throws SQLException, InterruptedException {
        try {
            Exception failure = end.get(longest.toMillis(), TimeUnit.MILLISECONDS);
            if (failure instanceof SQLException e) {
                throw e;
            } else if (failure != null) {
                throw (IllegalArgumentException) failure;
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("The first attempt never completes exceptionally", e);
        } catch (TimeoutException e) {
            // The server is slow or unreachable: attempts continue in the background.
        }
    }
}
