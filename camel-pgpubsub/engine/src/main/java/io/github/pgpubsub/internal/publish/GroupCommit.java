package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sender's thread does: takes all that waits, commits it at once, sees to it that its senders are told, and begins again until
 * the queue is closed and empty. Whatever is thrown on the way, it goes on.
 */
final class GroupCommit<T extends Outgoing> implements Runnable {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** After what should not happen, lest it happens without a pause. */
    static final long RECOVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How long after its deadline a message may be without an outcome that can be found out. */
    private static final long FIND_OUT_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Memory of the messages that share a commit, bytes; a larger message has a commit of its own. */
    private static final long MAX_BATCH_WEIGHT = 16 << 20;

    /** What has become of a batch. */
    private enum Outcome {
        COMMITTED,
        /** Not committed, and its senders are told. */
        FAILED,
        /** Not known yet; it stays in flight. */
        OPEN
    }

    private final PublishQueue<T> queue;
    private final PublishConnection<T> connection;
    private final Completions completions;
    private final int maxBatch;
    private final ReplaceableThread sender;
    private final ReplaceableThread timekeeper;
    private volatile List<T> inFlight = List.of();
    /** Of these the timekeeper has given up the answer. Belongs to the timekeeper's thread. */
    private List<T> suspected = List.of();
    private volatile CommitCounts counts = CommitCounts.NONE;
    private volatile boolean ended;
    private int lastBatch;

    /**
     * @param maxBatch   notifications that share one commit at most
     * @param sender     the thread that runs this
     * @param timekeeper made anew should it ever be gone
     */
    GroupCommit(PublishQueue<T> queue, PublishConnection<T> connection, Completions completions, int maxBatch,
            ReplaceableThread sender,
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
    List<T> inFlight() {
        return inFlight;
    }

    /**
     * For the timekeeper: the time of a sender is up whose message the server has got. Gives the connection up on which the answer
     * does not come.
     *
     * @return whether it is still being found out what has become of the message
     */
    boolean findsOut(Outgoing outgoing, long now) {
        if (!connection.findsOut() || ended || now - outgoing.deadline > FIND_OUT_NANOS) {
            return false;
        }
        List<T> batch = inFlight;
        if (suspected != batch) {
            suspected = batch;
            connection.abort();
        }
        return true;
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
        if (!connection.findsOut()) {
            tellUnanswered();
        }
        if ((queue.isDrained() && inFlight.isEmpty()) || !connection.connect()) {
            end();
            return false;
        }
        if (!connection.isOpen()) {
            return true;
        }
        if (!inFlight.isEmpty()) {
            return findOut(inFlight);
        }
        awaitThoseJustTold();
        boolean some = queue.awaitSome(PublishConnection.TRUSTED.toMillis());
        return !some || !connection.isTrusted() || send(queue.takeBatch(maxBatch, MAX_BATCH_WEIGHT));
    }

    /** A connection broke before these were confirmed. What is not committed goes out again, if its sender still waits. */
    private boolean findOut(List<T> batch) {
        List<T> missing = new ArrayList<>(batch);
        try {
            Set<T> committed = Collections.newSetFromMap(new IdentityHashMap<>());
            committed.addAll(connection.committed(batch));
            completions.complete(List.copyOf(committed), null);
            missing.removeIf(committed::contains);
        } catch (SQLException e) {
            connection.close();
            if (ConnectionFailure.isLoss(e)) {
                LOG.warn("Lost the connection to {} while finding out what is committed: {}", connection.source(),
                        e.getMessage());
                LockSupport.parkNanos(RECOVERY_NANOS);
            } else {
                completions.complete(batch, sendingFailed(e));
                inFlight = List.of();
            }
            return true;
        }
        List<T> again = new ArrayList<>();
        for (T each : missing) {
            each.refused();
            if (each.deadline - System.nanoTime() <= 0) {
                completions.complete(List.of(each), connection.notSentInTime());
            } else if (each.send()) {
                again.add(each);
            }
        }
        inFlight = List.of();
        return send(again);
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
    private boolean send(List<T> batch) {
        if (batch.isEmpty()) {
            return true;
        }
        assert inFlight.isEmpty();
        inFlight = batch;
        Outcome outcome = commit(batch);
        lastBatch = batch.size();
        boolean goesOn = outcome != Outcome.COMMITTED || completions.completeHere(batch);
        if (goesOn && outcome != Outcome.OPEN) {
            inFlight = List.of();
        }
        return goesOn;
    }

    /** Where it is committed, its senders are still to be told so. */
    private Outcome commit(List<T> batch) {
        try {
            counts = counts.plus(batch.size(), connection.commit(batch));
            return Outcome.COMMITTED;
        } catch (RuntimeException | Error e) {
            // A defect of the driver, say, or no memory: nobody knows how far it came.
            connection.close();
            return unconfirmed(batch, sendingFailed(e));
        } catch (SQLException e) {
            return refused(batch, e);
        }
    }

    private UnknownOutcomeException sendingFailed(@Nullable Throwable cause) {
        return new UnknownOutcomeException("Sending failed: the " + connection.noun() + " may have been sent or not", null,
                cause);
    }

    /** The connection is closed. */
    private Outcome unconfirmed(List<T> batch, UnknownOutcomeException failure) {
        if (connection.findsOut()) {
            inFlight = batch;
            return Outcome.OPEN;
        }
        completions.complete(batch, failure);
        return Outcome.FAILED;
    }

    private Outcome refused(List<T> batch, SQLException failure) {
        if (ConnectionFailure.isLoss(failure)) {
            LOG.warn("Lost the connection to {} while publishing: {}", connection.source(), failure.getMessage());
            connection.close();
            return unconfirmed(batch, new UnknownOutcomeException(
                    "The connection broke before the commit was confirmed: the " + connection.noun()
                            + " may have been sent or not",
                    failure.getSQLState(), failure));
        }
        if (PublishConnection.isOfReplica(failure)) {
            connection.close();
        } else if (batch.size() > 1) {
            // One of them is to blame; the others must not suffer.
            batch.forEach(Outgoing::refused);
            List<T> open = batch.stream().filter(each -> sendAlone(each) == Outcome.OPEN).toList();
            inFlight = open;
            return open.isEmpty() ? Outcome.FAILED : Outcome.OPEN;
        }
        completions.complete(batch, failure);
        return Outcome.FAILED;
    }

    private Outcome sendAlone(T outgoing) {
        if (!outgoing.send()) {
            return Outcome.FAILED;
        } else if (!connection.isOpen()) {
            if (connection.findsOut()) {
                return Outcome.OPEN;
            }
            completions.complete(List.of(outgoing), new SQLException("Not sent: the connection broke"));
            return Outcome.FAILED;
        }
        Outcome outcome = commit(List.of(outgoing));
        if (outcome == Outcome.COMMITTED) {
            completions.complete(List.of(outgoing), null);
        }
        return outcome;
    }

    /** Called by another thread only where this one is gone, or was not to be had. */
    void end() {
        assert sender.isCurrentOrGone();
        queue.close();
        connection.end();
        completions.complete(inFlight, new UnknownOutcomeException(
                "The publisher ended before the commit was confirmed: the " + connection.noun() + " may have been sent or not",
                null,
                null));
        completions.complete(queue.all(), new SQLException("Not sent: the publisher was closed"));
        queue.removeEnded();
        ended = true;
    }
}
