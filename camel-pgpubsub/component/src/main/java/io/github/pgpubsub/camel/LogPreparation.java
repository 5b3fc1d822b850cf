package io.github.pgpubsub.camel;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes or checks a log at the start of a consumer or producer. */
final class LogPreparation {

    private static final Logger LOG = LoggerFactory.getLogger(LogPreparation.class);

    private static final long LONGEST_SECONDS = 10;

    /** Makes or checks a log. */
    @FunctionalInterface
    interface Task {

        void run() throws SQLException;
    }

    private LogPreparation() {}

    /**
     * Runs the task on another thread: the DataSource would give this one the connection of a transaction in which the consumer or producer
     * happens to be started. If the server is out of reach or slow, the start goes on.
     *
     * @throws SQLException             when the server refuses
     * @throws IllegalArgumentException when the log can't be used as it is
     */
    static void run(PgPubSubEndpoint endpoint, Task task) throws Exception {
        CompletableFuture<Void> checked = new CompletableFuture<>();
        endpoint.getCamelContext().getExecutorServiceManager().newThread("pgpubsub log", () -> {
            try {
                task.run();
                checked.complete(null);
            } catch (Throwable e) {
                checked.completeExceptionally(e);
            }
        }).start();
        try {
            checked.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("Channel {}: the log of kept messages could not be checked within {} s", endpoint.getChannel(),
                    LONGEST_SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof SQLException failure && ConnectionFailure.isLoss(failure))) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
            LOG.warn("Channel {}: the log of kept messages can't be checked now: {}", endpoint.getChannel(),
                    failure.getMessage());
        }
    }
}
