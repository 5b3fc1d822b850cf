package io.github.pgpubsub.connect;

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

    private final CompletableFuture<Void> end = new CompletableFuture<>();

    public void succeeded() {
        end.complete(null);
    }

    public void failed(Exception cause) {
        end.completeExceptionally(cause);
    }

    /**
     * Waits until the attempt has ended, well or not, or the time is up.
     *
     * @throws SQLException             a refusal: a wrong password, no such database
     * @throws IllegalArgumentException settings that can't work
     */
    public void await(Duration longest) throws SQLException, InterruptedException {
        try {
            end.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException refusal && ConnectionFailure.isRefusal(refusal)) {
                throw refusal;
            }
            if (e.getCause() instanceof IllegalArgumentException misuse) {
                throw misuse;
            }
        } catch (TimeoutException e) {
            // Slow, or out of reach: whoever connects goes on trying.
        }
    }
}
