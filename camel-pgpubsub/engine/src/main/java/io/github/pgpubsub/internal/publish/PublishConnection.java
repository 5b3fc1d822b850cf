package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.connection.FirstAttempt;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that publishes: opened, doubted after a pause in which it was not used, given up, and opened again. It belongs to the
 * sender's thread; other threads see its {@link #standing} and may abort it.
 */
final class PublishConnection<T extends Outgoing> {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** How long an unused connection is trusted: one that was cut meanwhile would leave the outcome of a batch unknown. */
    static final Duration TRUSTED = Duration.ofSeconds(1);
    /** read_only_sql_transaction. */
    private static final String REPLICA = "25006";
    /** How long the server may take for one answer when no sender waits for less. */
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);

    /**
     * How it stands.
     *
     * @param current null: there is no connection
     * @param since   when it came or went, by {@link System#nanoTime}
     * @param opened  connections so far
     * @param failure why there is no connection; null: there is one, or none was tried
     * @param opening whether an attempt to connect is under way
     */
    record Standing(@Nullable ServerConnection current, long since, long opened, @Nullable Exception failure, boolean opening) {

        /** Process id of the server's backend, 0: not connected. */
        int backend() {
            return current == null ? 0 : current.backend();
        }

        private Standing with(ServerConnection another) {
            return new Standing(another, System.nanoTime(), opened + 1, null, opening);
        }

        private Standing without() {
            return new Standing(null, System.nanoTime(), opened, failure, opening);
        }

        private Standing failed(Exception reason) {
            return new Standing(current, since, opened, reason, opening);
        }

        private Standing opening(boolean underWay) {
            return new Standing(current, since, opened, failure, underWay);
        }
    }

    private final ConnectionSource source;
    private final PublisherOptions options;
    private final BatchStatement<T> statement;
    private final PublishQueue<T> queue;
    private final ReplaceableThread sender;
    private final Backoff backoff;
    private final FirstAttempt firstAttempt = new FirstAttempt();
    private volatile Standing standing = new Standing(null, System.nanoTime(), 0, null, false);
    private long lastUse;

    /**
     * @param queue  closed, it cuts the pause between two attempts short
     * @param sender the owner
     */
    PublishConnection(ConnectionSource source, PublisherOptions options, BatchStatement<T> statement, PublishQueue<T> queue,
            ReplaceableThread sender) {
        this.source = source;
        this.options = options;
        this.statement = statement;
        this.queue = queue;
        this.sender = sender;
        this.backoff = new Backoff(options.reconnectDelay(), options.reconnectMaxDelay(), ThreadLocalRandom.current());
    }

    // ---- for any thread

    Standing standing() {
        return standing;
    }

    /** What names the server, without a secret. */
    ConnectionSource source() {
        return source;
    }

    /** See {@link Publisher#awaitFirstAttempt}. */
    void awaitFirstAttempt(Duration longest) throws SQLException, InterruptedException {
        firstAttempt.await(longest);
    }

    /** What a sender gets whose message waited in vain. */
    SQLTimeoutException notSentInTime() {
        Exception reason = standing.failure;
        return new SQLTimeoutException("Not sent: no connection to " + source + " in time"
                + (reason == null ? "" : ": " + reason.getMessage()), reason);
    }

    /** Gives the connection up whose answer nobody waits for any more; the sender's thread finds it broken. */
    void abort() {
        ServerConnection current = standing.current;
        if (current != null) {
            current.abort();
        }
    }

    // ---- for the sender's thread

    boolean isOpen() {
        return standing.current != null;
    }

    /**
     * Connects where there is no connection. Tries once, and pauses after an attempt that has failed: whether it is open then,
     * {@link #isOpen} says.
     *
     * @return false: the attempt has failed and the queue is closed
     */
    boolean connect() throws InterruptedException {
        assert sender.isCurrent();
        if (isOpen()) {
            return true;
        }
        try {
            connected(open());
            return true;
        } catch (SQLException | RuntimeException e) {
            return pauseAfter(e);
        } catch (Error e) {
            // Of a class that the customizer or the DataSource lacks, say.
            return pauseAfter(new SQLException("Connecting failed with " + e, e));
        }
    }

    private void connected(ServerConnection opened) {
        standing = standing.with(opened);
        lastUse = standing.since;
        if (backoff.failures() > 0) {
            LOG.info("Publishing to {} again as backend {}", source, opened.backend());
        }
        backoff.reset();
        firstAttempt.succeeded();
    }

    /** False: the queue is closed. */
    private boolean pauseAfter(Exception failure) throws InterruptedException {
        if (backoff.failures() == 0) {
            // Whoever waits for the start gets a refusal, and then it is not tried again.
            LOG.warn("Can't connect to {} to publish: {}{}", source, failure.getMessage(),
                    FirstAttempt.isHopeless(failure) ? "" : "; trying again");
        }
        standing = standing.failed(failure);
        firstAttempt.failed(failure);
        if (queue.isClosed()) {
            return false;
        }
        // A customizer or a DataSource may have left it behind; the pause is not to be skipped for it.
        Thread.interrupted();
        queue.awaitClose(backoff.next().toMillis());
        return true;
    }

    private ServerConnection open() throws SQLException {
        standing = standing.opening(true);
        ServerConnection opened;
        try {
            opened = statement.open(source, options.name(), IO_TIMEOUT, options.customizer());
        } finally {
            standing = standing.opening(false);
        }
        if (opened.inRecovery()) {
            opened.close();
            throw new SQLException(
                    "The server " + source + " is a replica (pg_is_in_recovery): it can't NOTIFY. Name the primary,"
                            + " or several hosts with targetServerType=primary",
                    REPLICA);
        }
        try {
            statement.opened(opened);
        } catch (SQLException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    /**
     * Asks a connection that was unused for a while whether it is still there, before a batch depends on it, and gives it up if not.
     *
     * @return whether it can be used
     */
    boolean isTrusted() {
        assert sender.isCurrent();
        if (System.nanoTime() - lastUse > TRUSTED.toNanos() && !isAlive()) {
            close();
        }
        return isOpen();
    }

    private boolean isAlive() {
        try {
            return current().jdbc().isValid(Math.toIntExact(IO_TIMEOUT.toSeconds()));
        } catch (SQLException e) {
            LOG.debug("A publishing connection can't be asked", e);
            return false;
        }
    }

    /**
     * Sends the batch in one commit.
     *
     * @return how long that took, nanoseconds, round trip included
     */
    long commit(List<T> batch) throws SQLException {
        assert sender.isCurrent();
        long begun = System.nanoTime();
        try {
            statement.send(current(), batch);
        } finally {
            lastUse = System.nanoTime();
        }
        return lastUse - begun;
    }

    private ServerConnection current() {
        ServerConnection current = standing.current;
        assert current != null;
        return current;
    }

    /** What a message is called. */
    String noun() {
        return statement.noun();
    }

    /** Whether {@link #committed} can be asked. */
    boolean findsOut() {
        return statement.findsOut();
    }

    /** Those of a batch that were committed on a former connection; the others are not, and never will be. */
    List<T> committed(List<T> batch) throws SQLException {
        assert sender.isCurrent();
        return statement.committed(current(), batch);
    }

    /** Whether the server has refused because it has become a replica: the primary is elsewhere. */
    static boolean isOfReplica(SQLException failure) {
        return REPLICA.equals(failure.getSQLState());
    }

    /** Gives it up, if there is one. */
    void close() {
        assert sender.isCurrentOrGone();
        ServerConnection former = standing.current;
        if (former != null) {
            standing = standing.without();
            statement.closed(former);
            former.close();
        }
    }

    /** The same, and it will not be opened again: whoever waits for the first attempt waits in vain. */
    void end() {
        firstAttempt.succeeded();
        close();
    }
}
