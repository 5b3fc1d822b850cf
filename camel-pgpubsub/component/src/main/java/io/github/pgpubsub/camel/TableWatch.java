package io.github.pgpubsub.camel;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.kept.WatchedTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a table watched when its consumer starts ({@code watchTable}). While the server is unreachable, attempts continue in the background.
 * The triggers outlive the consumer: while it is stopped, changes are still kept. Thread-safe.
 */
final class TableWatch {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    private final PgPubSubEndpoint endpoint;
    private final ConsumerReports reports;
    /** Null: no attempts in the background. Guarded by the monitor. */
    private @Nullable Thread attempts;

    /** @param reports hears of a refusal that comes after the start */
    TableWatch(PgPubSubEndpoint endpoint, ConsumerReports reports) {
        this.endpoint = endpoint;
        this.reports = reports;
    }

    /** Does nothing without the option. Blocks. Fails if the server refuses. */
    void begin() throws Exception {
        WatchedTable table = endpoint.getConfiguration().watchedTable(endpoint.getChannel());
        if (table != null && !succeeds(table)) {
            tryInBackground(table);
        }
    }

    void end() {
        Thread running;
        synchronized (this) {
            running = attempts;
            attempts = null;
        }
        if (running != null) {
            running.interrupt();
        }
    }

    /** False: the server is unreachable. */
    private boolean succeeds(WatchedTable table) throws Exception {
        try {
            if (endpoint.watch(table)) {
                LOG.info("Channel {}: changes of table {} are sent to it from now on", table.channel(), table.table());
            }
            return true;
        } catch (SQLException e) {
            if (ConnectionFailure.isLoss(e) && !ConnectionFailure.isRefusal(e)) {
                LOG.debug("Channel {}: table {} can't be watched yet", table.channel(), table.table(), e);
                return false;
            }
            throw new SQLException("The option watchTable is " + table.table() + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }

    private synchronized void tryInBackground(WatchedTable table) {
        attempts = endpoint.getCamelContext().getExecutorServiceManager().newThread("pgpubsub watch", () -> run(table));
        attempts.start();
    }

    private void run(WatchedTable table) {
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        Backoff backoff = new Backoff(Duration.ofMillis(configuration.getReconnectDelay()),
                Duration.ofMillis(configuration.getReconnectMaxDelay()), ThreadLocalRandom.current());
        try {
            do {
                // Between two attempts; end() interrupts it.
                Thread.sleep(backoff.next().toMillis());
            } while (isWanted() && !succeeds(table));
        } catch (InterruptedException e) {
            LOG.debug("Channel {}: stopped before table {} could be watched", table.channel(), table.table());
        } catch (Exception e) {
            if (isLast()) {
                reports.gaveUp(e);
            }
        }
    }

    /** Whether the thread was wanted until now. Giving up stops the consumer, on this thread, and {@link #end} must not interrupt it. */
    private synchronized boolean isLast() {
        boolean wanted = isWanted();
        if (wanted) {
            attempts = null;
        }
        return wanted;
    }

    private synchronized boolean isWanted() {
        return attempts == Thread.currentThread();
    }
}
