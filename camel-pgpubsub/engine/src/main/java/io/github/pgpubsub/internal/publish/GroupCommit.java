package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.Survival;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of the publisher's thread: takes all waiting messages, commits them together, has their senders told, and repeats until
 * the queue is closed and empty. Survives any exception.
 */
final class GroupCommit<T extends Outgoing> implements Runnable {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** How long after a message's deadline its outcome may still be looked up. */
    private static final long FIND_OUT_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Memory of the messages that share a commit, bytes; a larger message has a commit of its own. */
    private static final long MAX_BATCH_WEIGHT = 16 << 20;

    /** The result of sending a batch. */
    private enum Outcome {
        COMMITTED,
        /** Not committed, and the senders are told. */
        FAILED,
        /** Not known yet; the batch stays in flight. */
        OPEN
    }

    private final PublishQueue<T> queue;
    private final PublishConnection<T> connection;
    private final Completions completions;
    private final int maxBatch;
    private final ReplaceableThread sender;
    private final ReplaceableThread timekeeper;
    private final InFlight<T> inFlight;
    private final LeadingSender<T> leader;
    /** The batch whose connection the timekeeper has aborted. Belongs to the timekeeper's thread. */
    private List<T> suspected = List.of();
    private volatile boolean ended;
    private int lastBatch;
    /**
     * @param maxBatch   maximum messages per commit
     * @param inFlight   shared with the leader
     * @param leader     may leave a failure
     * @param sender     the thread that runs this
     * @param timekeeper replaced if it is gone
     */
    GroupCommit(PublishQueue<T> queue, PublishConnection<T> connection, Completions completions, int maxBatch,
            InFlight<T> inFlight, LeadingSender<T> leader, ReplaceableThread sender, ReplaceableThread timekeeper) {
        this.queue = queue;
        this.connection = connection;
        this.completions = completions;
        this.maxBatch = maxBatch;
        this.inFlight = inFlight;
        this.leader = leader;
        this.sender = sender;
        this.timekeeper = timekeeper;
    }

    // ---- for any thread

    /** Messages that the server has, or is about to get, and has not confirmed. */
    List<T> inFlight() {
        return inFlight.batch();
    }

    /**
     * For the timekeeper: a sender's time is up, and the server has its message. Aborts the connection that does not answer.
     *
     * @return whether the message's outcome is still being looked up
     */
    boolean findsOut(Outgoing outgoing, long now) {
        if (!connection.findsOut() || ended || now - outgoing.deadline > FIND_OUT_NANOS) {
            return false;
        }
        List<T> batch = inFlight.batch();
        if (suspected != batch) {
            suspected = batch;
            connection.abort();
        }
        return true;
    }

    CommitCounts counts() {
        return inFlight.counts();
    }

    /** Whether nothing will be sent any more, and every sender has been told or is about to be. */
    boolean hasEnded() {
        return ended;
    }

    // ---- for the publisher's thread

    /** Survives any exception of the driver, a DataSource, a customizer or the VM: senders are told, and the loop continues. */
    @Override
    public void run() {
        boolean begun = false;
        boolean failed = false;
        boolean goesOn = true;
        while (goesOn) {
            try {
                if (!begun) {
                    queue.begin();
                    begun = true;
                }
                if (failed && sender.isCurrent()) {
                    connection.close();
                    failed = false;
                }
                goesOn = sender.isCurrent() && sendSome();
            } catch (InterruptedException e) {
                // A stray interrupt of a customizer or a DataSource; close() is the only way to end this thread.
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                // Where the answer to the last request is not read, the connection is of no use: the next pass closes it.
                failed = true;
                Survival.complain("Publishing to {} failed and continues", connection.source(), e, LOG);
                Survival.pause();
            }
        }
    }

    /** False if another thread has taken over, or everything is sent and the queue is closed. */
    private boolean sendSome() throws InterruptedException {
        if (!timekeeper.isAlive()) {
            timekeeper.replace();
        }
        if (leader.hasLeft()) {
            Throwable failure = leader.takeFailure();
            return settle(inFlight.batch(), failed(inFlight.batch(), failure));
        }
        if (!connection.findsOut()) {
            tellInFlight();
        }
        if (inFlight.batch().stream().allMatch(Outgoing::isEnded)) {
            // Nobody waits for the answer any more.
            inFlight.set(List.of());
        }
        if ((queue.isDrained() && inFlight.isEmpty()) || !connection.connect()) {
            end();
            return false;
        }
        if (!connection.isOpen()) {
            return true;
        }
        if (!inFlight.isEmpty()) {
            return findOut(inFlight.batch());
        }
        yieldToSenders();
        boolean some = queue.awaitSome(PublishConnection.TRUSTED.toMillis());
        if (leader.hasLeft()) {
            return true;
        }
        return !some || !connection.isTrusted() || send(queue.takeBatch(maxBatch, MAX_BATCH_WEIGHT));
    }

    /** Looks up a batch whose connection broke before the answer. Uncommitted messages are sent again if their senders still wait. */
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
                        ConnectionFailure.firstLine(e));
                Survival.pause();
            } else {
                giveUp(batch, e);
            }
            return true;
        } catch (RuntimeException e) {
            connection.close();
            giveUp(batch, e);
            return true;
        }
        List<T> again = new ArrayList<>();
        for (T each : missing) {
            each.markWaiting();
            if (each.deadline - System.nanoTime() <= 0) {
                completions.complete(List.of(each), connection.notSentInTime());
            } else if (each.markSent()) {
                again.add(each);
            }
        }
        inFlight.set(List.of());
        return send(again);
    }

    /** Tells senders whose messages were in flight in a pass that failed. */
    private void tellInFlight() {
        if (!inFlight.isEmpty()) {
            giveUp(inFlight.batch(), null);
        }
    }

    private void giveUp(List<T> batch, @Nullable Throwable failure) {
        completions.complete(batch, sendingFailed(failure));
        inFlight.set(List.of());
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
    private boolean send(List<T> batch) {
        if (batch.isEmpty()) {
            return true;
        }
        assert inFlight.isEmpty();
        inFlight.set(batch);
        Outcome outcome = commit(batch);
        lastBatch = batch.size();
        return settle(batch, outcome);
    }

    private boolean settle(List<T> batch, Outcome outcome) {
        boolean goesOn = outcome != Outcome.COMMITTED || completions.completeHere(batch);
        if (goesOn && outcome != Outcome.OPEN) {
            inFlight.set(List.of());
        }
        return goesOn;
    }

    /** If the batch is committed, its senders must still be told. */
    private Outcome commit(List<T> batch) {
        try {
            inFlight.count(batch.size(), connection.commit(batch));
            return Outcome.COMMITTED;
        } catch (SQLException | RuntimeException | Error e) {
            return failed(batch, e);
        }
    }

    private Outcome failed(List<T> batch, @Nullable Throwable failure) {
        if (failure instanceof SQLException refusal && !ConnectionFailure.isLackOfMemory(refusal)) {
            return refused(batch, refusal);
        }
        // A defect of the driver or no memory, for example: the server may have committed or not.
        connection.close();
        return unconfirmed(batch, sendingFailed(failure));
    }

    private UnknownOutcomeException sendingFailed(@Nullable Throwable cause) {
        return new UnknownOutcomeException("Sending failed: the " + connection.noun() + " may have been sent or not", null,
                cause);
    }

    /** The connection is closed. */
    private Outcome unconfirmed(List<T> batch, UnknownOutcomeException failure) {
        if (connection.findsOut()) {
            return Outcome.OPEN;
        }
        completions.complete(batch, failure);
        return Outcome.FAILED;
    }

    private Outcome refused(List<T> batch, SQLException failure) {
        if (ConnectionFailure.isLoss(failure)) {
            LOG.warn("Lost the connection to {} while publishing: {}", connection.source(),
                    ConnectionFailure.firstLine(failure));
            connection.close();
            return unconfirmed(batch, new UnknownOutcomeException(
                    "The connection broke before the commit was confirmed: the " + connection.noun()
                            + " may have been sent or not",
                    failure.getSQLState(), failure));
        }
        if (PublishConnection.isOfReplica(failure)) {
            connection.close();
        } else if (batch.size() > 1) {
            // One message is to blame; the others must be sent.
            return sendOneByOne(batch);
        }
        completions.complete(batch, failure);
        return Outcome.FAILED;
    }

    private Outcome sendOneByOne(List<T> batch) {
        batch.forEach(Outgoing::markWaiting);
        List<T> open = new ArrayList<>();
        for (int next = 0; next < batch.size(); next++) {
            if (!connection.isOpen() && !connection.findsOut()) {
                // The connection broke at a former one. These were not sent, and go on after the reconnect.
                queue.putBack(batch.subList(next, batch.size()));
                break;
            }
            if (sendAlone(batch.get(next)) == Outcome.OPEN) {
                open.add(batch.get(next));
            }
        }
        inFlight.set(List.copyOf(open));
        return open.isEmpty() ? Outcome.FAILED : Outcome.OPEN;
    }

    private Outcome sendAlone(T outgoing) {
        if (!outgoing.markSent()) {
            return Outcome.FAILED;
        } else if (!connection.isOpen()) {
            return Outcome.OPEN;
        }
        Outcome outcome = commit(List.of(outgoing));
        if (outcome == Outcome.COMMITTED) {
            completions.complete(List.of(outgoing), null);
        }
        return outcome;
    }

    /** Another thread may call this method only if the publisher's thread is gone, or could not be created. */
    void end() {
        assert sender.isCurrentOrGone();
        queue.close();
        connection.end();
        completions.complete(inFlight.batch(), new UnknownOutcomeException(
                "The publisher ended before the commit was confirmed: the " + connection.noun() + " may have been sent or not",
                null,
                null));
        completions.complete(queue.all(), new SQLException("Not sent: the publisher was closed"));
        queue.removeEnded();
        ended = true;
    }
}
