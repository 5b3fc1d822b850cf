package io.github.pgpubsub.internal.connection;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How the first attempt to connect ended: lets whoever starts something fail at once where trying again can't help, and go on
 * where it can. Thread-safe.
 */
public final class FirstAttempt {

    /** Ends with what is to be thrown; null: nothing. */
    private final CompletableFuture<Exception> end = new CompletableFuture<>();

    public void succeeded() {
        end.complete(null);
    }

    /** It will be tried again. */
    public void failed(Exception cause) {
        end.complete(isHopeless(cause) ? cause : null);
    }

    /** Whether trying again can't help. */
    public static boolean isHopeless(Exception cause) {
        return (cause instanceof SQLException refusal && ConnectionFailure.isRefusal(refusal))
                || cause instanceof IllegalArgumentException;
    }

    /** It will not be tried again. */
    public void gaveUp(SQLException cause) {
        end.complete(cause);
    }

    /**
     * Waits until the attempt has ended, well or not, or the time is up.
     *
     * @throws SQLException             a refusal (a wrong password, no such database), or it will not be tried again
     * @throws IllegalArgumentException settings that can't work
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
            throw new IllegalStateException("Never completed so", e);
        } catch (TimeoutException e) {
            // Slow, or out of reach: whoever connects goes on trying.
        }
    }
}
