package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells senders whose time is up, also while the sender's thread waits for a server that says nothing, and puts another in that
 * thread's place when a callback holds it up or it is gone. Ends after it.
 */
final class Timekeeper<T extends Outgoing> implements Runnable {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** Between two looks. A sender is told at most so late. */
    static final int LOOK_MILLIS = 50;
    /** Between two looks while callbacks are called: one that has not returned by the second look counts as stuck. */
    private static final int STUCK_CHECK_MILLIS = 5;

    private final PublishQueue<T> queue;
    private final PublishConnection<T> connection;
    private final Completions completions;
    private final GroupCommit<T> commits;
    private final ReplaceableThread sender;
    private final ReplaceableThread timekeeper;

    /** @param timekeeper the thread that runs this */
    Timekeeper(PublishQueue<T> queue, PublishConnection<T> connection, Completions completions, GroupCommit<T> commits,
            ReplaceableThread sender,
            ReplaceableThread timekeeper) {
        this.queue = queue;
        this.connection = connection;
        this.completions = completions;
        this.commits = commits;
        this.sender = sender;
        this.timekeeper = timekeeper;
    }

    @Override
    public void run() {
        boolean senderWanted = false;
        while (!commits.hasEnded() && timekeeper.isCurrent()) {
            try {
                senderWanted |= awaitLook();
                tellOverdue();
                if (senderWanted) {
                    sender.replace();
                    senderWanted = false;
                }
                abandon();
            } catch (InterruptedException e) {
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                // No memory or no thread, say. The next look comes, and with it another try.
                LockSupport.parkNanos(GroupCommit.RECOVERY_NANOS);
                endWithoutSender();
            }
        }
    }

    /** True: the sender's thread is stuck in a callback, or gone. */
    private boolean awaitLook() throws InterruptedException {
        if (sender.isNew()) {
            // Started in a moment, by whoever has started this one; until then a join would not wait, and nothing tells of the start.
            Thread.sleep(1);
            return false;
        }
        sender.join(completions.isBusy() ? STUCK_CHECK_MILLIS : LOOK_MILLIS);
        return completions.watch() || (!commits.hasEnded() && !sender.isAlive());
    }

    private void tellOverdue() {
        long now = System.nanoTime();
        List<T> overdue = queue.overdue(now);
        if (!overdue.isEmpty()) {
            // In this order: whoever lacks memory for it comes again.
            completions.complete(overdue, connection.notSentInTime());
            queue.removeEnded();
        }
        for (T outgoing : commits.inFlight()) {
            if (outgoing.deadline - now > 0) {
                continue;
            }
            if (outgoing.expire()) {
                completions.complete(List.of(outgoing), connection.notSentInTime());
            } else if (outgoing.isSent() && !commits.findsOut(outgoing, now)) {
                completions.complete(List.of(outgoing), new UnknownOutcomeException(
                        "The commit was not confirmed in time: the " + connection.noun() + " may have been sent or not", null,
                        null));
            }
        }
    }

    /** Nobody waits any more for the answer that holds up the end. */
    private void abandon() {
        // In this order: what was in flight on a former connection says nothing about this one.
        ServerConnection current = connection.standing().current();
        List<T> unanswered = commits.inFlight();
        if (queue.isClosed() && current != null && !unanswered.isEmpty() && unanswered.stream().noneMatch(Outgoing::isSent)) {
            current.abort();
        }
    }

    /** Whoever closes must not wait for a thread that is not to be had. */
    private void endWithoutSender() {
        try {
            if (queue.isClosed() && !sender.isAlive()) {
                commits.end();
            }
        } catch (Throwable e) {
            // With the next look.
        }
    }
}
