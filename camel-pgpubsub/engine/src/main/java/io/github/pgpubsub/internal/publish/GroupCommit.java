package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of the sender's thread: takes all waiting notifications, commits them together, has their senders told, and repeats until
 * the queue is closed and empty. Survives any exception.
 */
final class GroupCommit implements Runnable {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** Pause after an unexpected failure, so that repeated failures do not make a busy loop. */
    static final long RECOVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final PublishQueue queue;
    private final PublishConnection connection;
    private final Completions completions;
    private final int maxBatch;
    private final ReplaceableThread sender;
    private final ReplaceableThread timekeeper;
    private volatile List<Outgoing> inFlight = List.of();
    private volatile CommitCounts counts = CommitCounts.NONE;
    private volatile boolean ended;
    private int lastBatch;

    /**
     * @param maxBatch   maximum notifications per commit
     * @param sender     the thread that runs this
     * @param timekeeper replaced if it is gone
     */
    GroupCommit(PublishQueue queue, PublishConnection connection, Completions completions, int maxBatch, ReplaceableThread sender,
            ReplaceableThread timekeeper) {
        this.queue = queue;
        this.connection = connection;
        this.completions = completions;
        this.maxBatch = maxBatch;
        this.sender = sender;
        this.timekeeper = timekeeper;
    }

    // ---- for any thread

    /** Notifications that the server has, or is about to get, and has not confirmed. */
    List<Outgoing> inFlight() {
        return inFlight;
    }

    CommitCounts counts() {
        return counts;
    }

    /** Whether nothing will be sent any more, and every sender has been told or is about to be. */
    boolean hasEnded() {
        return ended;
    }

    // ---- for the sender's thread

    /** Survives any exception of the driver, a DataSource, a customizer or the VM: senders are told, and the loop continues. */
    @Override
    public void run() {
        boolean goesOn = true;
        while (goesOn) {
            try {
                goesOn = sender.isCurrent() && sendSome();
            } catch (InterruptedException e) {
                // A stray interrupt of a customizer or a DataSource; close() is the only way to end this thread.
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                recover(e);
            }
        }
    }

    /** Leaves telling the senders in flight to the next pass, when there may be memory again. */
    private void recover(Throwable failure) {
        try {
            if (sender.isCurrent()) {
                connection.close();
            }
            LOG.error("Publishing to {} failed and continues", connection.source(), failure);
        } catch (Throwable e) {
            // Closing or logging failed, for lack of memory perhaps: the next pass continues all the same.
        }
        LockSupport.parkNanos(RECOVERY_NANOS);
    }

    /** False if another thread has taken over, or everything is sent and the queue is closed. */
    private boolean sendSome() throws InterruptedException {
        if (!timekeeper.isAlive()) {
            timekeeper.replace();
        }
        tellInFlight();
        if (queue.isDrained() || !connection.connect()) {
            end();
            return false;
        }
        if (!connection.isOpen()) {
            return true;
        }
        yieldToSenders();
        boolean some = queue.awaitSome(PublishConnection.TRUSTED.toMillis());
        return !some || !connection.isTrusted() || send(queue.takeBatch(maxBatch));
    }

    /** Tells senders whose notifications were in flight in a pass that failed. */
    private void tellInFlight() {
        if (!inFlight.isEmpty()) {
            completions.complete(inFlight, sendingFailed(null));
            inFlight = List.of();
        }
    }

    /**
     * Senders that wait for each commit return together. As long as more of them arrive, and fewer wait than were in the last batch,
     * it pays to let them run before the next batch is taken; if none arrives, it costs one call.
     */
    @SuppressWarnings("ThreadPriorityCheck")
    private void yieldToSenders() {
        int waiting = queue.size();
        for (int before = -1; waiting > before && waiting < lastBatch; waiting = queue.size()) {
            before = waiting;
            Thread.yield();
        }
        lastBatch = 0;
    }

    /** False if a callback has held up this thread and another one has taken over. */
    private boolean send(List<Outgoing> batch) {
        if (batch.isEmpty()) {
            return true;
        }
        assert inFlight.isEmpty();
        inFlight = batch;
        boolean committed = commit(batch);
        lastBatch = batch.size();
        boolean goesOn = !committed || completions.completeHere(batch);
        if (goesOn) {
            inFlight = List.of();
        }
        return goesOn;
    }

    /** True if the batch is committed; its senders must still be told. */
    private boolean commit(List<Outgoing> batch) {
        try {
            counts = counts.plus(batch.size(), connection.commit(batch));
            return true;
        } catch (RuntimeException | Error e) {
            // A defect of the driver or no memory, for example: the server may have committed or not.
            connection.close();
            completions.complete(batch, sendingFailed(e));
        } catch (SQLException e) {
            refused(batch, e);
        }
        return false;
    }

    private static UnknownOutcomeException sendingFailed(@Nullable Throwable cause) {
        return new UnknownOutcomeException("Sending failed: the notification may have been sent or not", null, cause);
    }

    private void refused(List<Outgoing> batch, SQLException failure) {
        if (ConnectionFailure.isLoss(failure)) {
            LOG.warn("Lost the connection to {} while publishing: {}", connection.source(), failure.getMessage());
            connection.close();
            completions.complete(batch, new UnknownOutcomeException(
                    "The connection broke before the commit was confirmed: the notification may have been sent or not",
                    failure.getSQLState(), failure));
        } else if (PublishConnection.isOfReplica(failure)) {
            connection.close();
            completions.complete(batch, failure);
        } else if (batch.size() > 1) {
            // One notification is to blame; the others must be sent.
            batch.forEach(Outgoing::markWaiting);
            batch.forEach(this::sendAlone);
        } else {
            completions.complete(batch, failure);
        }
    }

    private void sendAlone(Outgoing outgoing) {
        if (!connection.isOpen()) {
            completions.complete(List.of(outgoing), new SQLException("Not sent: the connection broke"));
        } else if (outgoing.markSent() && commit(List.of(outgoing))) {
            completions.complete(List.of(outgoing), null);
        }
    }

    /** Another thread may call this method only if the sender's thread is gone, or could not be created. */
    void end() {
        assert sender.isCurrentOrGone();
        queue.close();
        connection.end();
        completions.complete(inFlight, new UnknownOutcomeException(
                "The publisher ended before the commit was confirmed: the notification may have been sent or not", null, null));
        completions.complete(queue.all(), new SQLException("Not sent: the publisher was closed"));
        queue.removeEnded();
        ended = true;
    }
}
