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
 * What the sender's thread does: takes all that waits, commits it at once, sees to it that its senders are told, and begins again until
 * the queue is closed and empty. Whatever is thrown on the way, it goes on.
 */
final class GroupCommit implements Runnable {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** After what should not happen, lest it happens without a pause. */
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
     * @param maxBatch   notifications that share one commit at most
     * @param sender     the thread that runs this
     * @param timekeeper made anew should it ever be gone
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

    /** What the server has got or is about to get, and has not confirmed. */
    List<Outgoing> inFlight() {
        return inFlight;
    }

    CommitCounts counts() {
        return counts;
    }

    /** Nothing is sent any more, and every sender is told or about to be. */
    boolean hasEnded() {
        return ended;
    }

    // ---- for the sender's thread

    /** Whatever the driver, a DataSource, a customizer or the VM throws: who waits is told, and the next ones are sent. */
    @Override
    public void run() {
        boolean goesOn = true;
        while (goesOn) {
            try {
                goesOn = sender.isCurrent() && sendSome();
            } catch (InterruptedException e) {
                // Left behind by a customizer or a DataSource; what ends this thread is close().
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                recover(e);
            }
        }
    }

    /** What was in flight is told with the next round, in which there may be memory again. */
    private void recover(Throwable failure) {
        try {
            if (sender.isCurrent()) {
                connection.close();
            }
            LOG.error("Publishing to {} failed; it goes on", connection.source(), failure);
        } catch (Throwable e) {
            // The connection is given up all the same, and with it all that is known about it.
        }
        LockSupport.parkNanos(RECOVERY_NANOS);
    }

    /** False: another thread has taken over, or all is sent and the end has come. */
    private boolean sendSome() throws InterruptedException {
        if (!timekeeper.isAlive()) {
            timekeeper.replace();
        }
        tellUnanswered();
        if (queue.isDrained() || !connection.connect()) {
            end();
            return false;
        }
        if (!connection.isOpen()) {
            return true;
        }
        awaitThoseJustTold();
        boolean some = queue.awaitSome(PublishConnection.TRUSTED.toMillis());
        return !some || !connection.isTrusted() || send(queue.takeBatch(maxBatch));
    }

    /** There is something only after a round that did not come to its end. */
    private void tellUnanswered() {
        if (!inFlight.isEmpty()) {
            completions.complete(inFlight, sendingFailed(null));
            inFlight = List.of();
        }
    }

    /**
     * Senders that wait for each commit come back together. So as long as more come, and fewer wait than were told last, it
     * pays to let them run before the next batch is taken; when nobody comes, it costs one call.
     */
    @SuppressWarnings("ThreadPriorityCheck")
    private void awaitThoseJustTold() {
        int waiting = queue.size();
        for (int before = -1; waiting > before && waiting < lastBatch; waiting = queue.size()) {
            before = waiting;
            Thread.yield();
        }
        lastBatch = 0;
    }

    /** False: a callback has held this thread up, and another has taken over. */
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

    /** True: it is committed, and its senders are still to be told so. */
    private boolean commit(List<Outgoing> batch) {
        try {
            counts = counts.plus(batch.size(), connection.commit(batch));
            return true;
        } catch (RuntimeException | Error e) {
            // A defect of the driver, say, or no memory: nobody knows how far it came.
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
            // One of them is to blame; the others must not suffer.
            batch.forEach(Outgoing::refused);
            batch.forEach(this::sendAlone);
        } else {
            completions.complete(batch, failure);
        }
    }

    private void sendAlone(Outgoing outgoing) {
        if (!connection.isOpen()) {
            completions.complete(List.of(outgoing), new SQLException("Not sent: the connection broke"));
        } else if (outgoing.send() && commit(List.of(outgoing))) {
            completions.complete(List.of(outgoing), null);
        }
    }

    /** Called by another thread only where this one is gone, or was not to be had. */
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
