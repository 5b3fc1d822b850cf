package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
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
 * The publishing connection: opens it, checks it after a time without use, gives it up, and opens it again. Belongs to the sender's
 * thread; other threads see its {@link #standing} and may abort it.
 */
final class PublishConnection<T extends Outgoing> {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** How long an unused connection is used unchecked: a connection that was cut meanwhile would make a batch's outcome unknown. */
    static final Duration TRUSTED = Duration.ofSeconds(1);
    /** read_only_sql_transaction. */
    private static final String REPLICA = "25006";
    /** Maximum time for one answer of the server; a sender's own timeout may be shorter. */
    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);

    /**
     * The state of the connection.
     *
     * @param current null: not connected
     * @param since   System.nanoTime of the last connect or loss
     * @param opened  number of connections so far
     * @param failure the reason why there is no connection; null: there is one, or no attempt has failed yet
     * @param opening whether an attempt to connect is under way
     */
    record Standing(@Nullable ServerConnection current, long since, long opened, @Nullable Exception failure, boolean opening) {

        /** Process id of the backend, 0: not connected. */
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
     * @param queue  ends the pause between two attempts when it is closed
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

    /** For logs: names the server, without secrets. */
    ConnectionSource source() {
        return source;
    }

    /** See {@link Publisher#awaitFirstAttempt}. */
    void awaitFirstAttempt(Duration longest) throws SQLException, InterruptedException {
        firstAttempt.await(longest);
    }

    /** The failure for a sender whose message was not sent in time. */
    SQLTimeoutException notSentInTime() {
        Exception reason = standing.failure;
        return new SQLTimeoutException("Not sent: no connection to " + source + " in time"
                + (reason == null ? "" : ": " + ConnectionFailure.firstLine(reason)), reason);
    }

    /** Aborts the connection; the publisher's thread finds it broken. */
    void abort() {
        ServerConnection current = standing.current;
        if (current != null) {
            current.abort();
        }
    }

    // ---- for the publisher's thread

    boolean isOpen() {
        return standing.current != null;
    }

    /**
     * Tries once to connect, unless connected, and pauses after a failure. {@link #isOpen} says whether it succeeded.
     *
     * @return false if the attempt has failed and the queue is closed
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
            // A class that the customizer or the DataSource lacks, for example.
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

    /** False if the queue is closed. */
    private boolean pauseAfter(Exception failure) throws InterruptedException {
        if (backoff.failures() == 0) {
            // A hopeless failure goes to the thread that waits for the start, so the log does not promise another attempt.
            LOG.warn("Can't connect to {} to publish: {}{}", source, ConnectionFailure.firstLine(failure),
                    FirstAttempt.isHopeless(failure) ? "" : "; trying again");
        }
        standing = standing.failed(failure);
        firstAttempt.failed(failure);
        if (queue.isClosed()) {
            return false;
        }
        // Clears an interrupt flag that a customizer or a DataSource may leave behind, which would skip the pause.
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
     * Checks a connection after a time without use, before a batch depends on it, and gives it up if it does not answer or was
     * aborted.
     *
     * @return whether the connection can be used
     */
    boolean isTrusted() {
        assert sender.isCurrent();
        if (current().isAborted() || (System.nanoTime() - lastUse > TRUSTED.toNanos() && !isAlive())) {
            close();
        }
        return isOpen();
    }

    private boolean isAlive() {
        try {
            return current().jdbc().isValid(Math.toIntExact(IO_TIMEOUT.toSeconds()));
        } catch (SQLException e) {
            LOG.debug("The publishing connection does not answer", e);
            return false;
        }
    }

    /** Whether a sender that leads can use the connection as it is, and has to see to nothing else. */
    boolean isGoodForLeading() {
        assert queue.isLedByCaller();
        ServerConnection current = standing.current;
        return current != null && !current.isAborted() && current.ignoresInterrupts()
                && System.nanoTime() - lastUse <= TRUSTED.toNanos();
    }

    /**
     * Sends the batch in one commit. A sender that leads may call this, too.
     *
     * @return duration in nanoseconds, round trip included
     */
    long commit(List<T> batch) throws SQLException {
        assert queue.isLed() ? queue.isLedByCaller() : sender.isCurrent();
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

    /** The messages of a batch that were committed on a former connection; the others are not, and never will be. */
    List<T> committed(List<T> batch) throws SQLException {
        assert sender.isCurrent();
        return statement.committed(current(), batch);
    }

    /** Whether the server has refused because it has become a replica: another server is the primary now. */
    static boolean isOfReplica(SQLException failure) {
        return REPLICA.equals(failure.getSQLState());
    }

    /** Gives up the connection, if there is one. */
    void close() {
        assert sender.isCurrentOrGone();
        ServerConnection former = standing.current;
        if (former != null) {
            // First: if memory is lacking for this, the next call does it all. A pool's connection must not be given back twice.
            standing = standing.without();
            try {
                statement.closed(former);
            } finally {
                former.close();
            }
        }
    }

    /** Closes the connection for good, and releases a thread that waits for the first attempt. */
    void end() {
        firstAttempt.end();
        close();
    }
}
