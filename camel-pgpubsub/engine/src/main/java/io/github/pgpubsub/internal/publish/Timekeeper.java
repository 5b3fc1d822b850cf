package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.UnknownOutcomeException;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells senders whose time is up, even while the publisher's thread waits for a silent server, and replaces this thread when a callback
 * holds it up or it is gone. Ends after the publisher's thread.
 */
final class Timekeeper<T extends Outgoing> implements Runnable {

    /** Operators know one name for all of publishing. */
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** Interval of the checks, and so the longest delay in telling a sender that its time is up. */
    static final int CHECK_MILLIS = 50;
    /** Interval while callbacks are called: a callback that has not returned by the second check counts as stuck. */
    private static final int STUCK_CHECK_MILLIS = 5;

    private final PublishQueue<T> queue;
    private final PublishConnection<T> connection;
    private final Completions completions;
    private final GroupCommit<T> commits;
    private final LeadingSender<T> leader;
    private final ReplaceableThread sender;
    private final ReplaceableThread timekeeper;

    /** @param timekeeper the thread that runs this */
    Timekeeper(PublishQueue<T> queue, PublishConnection<T> connection, Completions completions, GroupCommit<T> commits,
            LeadingSender<T> leader, ReplaceableThread sender, ReplaceableThread timekeeper) {
        this.queue = queue;
        this.connection = connection;
        this.completions = completions;
        this.commits = commits;
        this.leader = leader;
        this.sender = sender;
        this.timekeeper = timekeeper;
    }

    @Override
    public void run() {
        boolean senderWanted = false;
        while (!commits.hasEnded() && timekeeper.isCurrent()) {
            try {
                senderWanted |= awaitCheck();
                tellOverdue();
                leader.watch(System.nanoTime());
                if (senderWanted) {
                    sender.replace();
                    senderWanted = false;
                }
                abortIfNobodyWaits();
            } catch (InterruptedException e) {
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                // No memory or no thread, for example. The next check tries again.
                Survival.pause();
                endWithoutSender();
            }
        }
    }

    /** Waits for the next check. True if the publisher's thread is stuck in a callback, or gone. */
    private boolean awaitCheck() throws InterruptedException {
        if (sender.isNew()) {
            // Publisher.start() starts it in a moment. Until then a join would not wait, and nothing signals the start.
            Thread.sleep(1);
            return false;
        }
        sender.join(completions.isBusy() ? STUCK_CHECK_MILLIS : CHECK_MILLIS);
        return completions.watch() || (!commits.hasEnded() && !sender.isAlive());
    }

    private void tellOverdue() {
        long now = System.nanoTime();
        List<T> overdue = queue.overdue(now);
        if (!overdue.isEmpty()) {
            // In this order: if memory is lacking for the first call, the next check repeats both.
            completions.completeUnsent(overdue, connection.notSentInTime());
            queue.removeEnded();
        }
        for (T outgoing : commits.inFlight()) {
            if (outgoing.deadline - now > 0 || outgoing.isEnded()) {
                continue;
            }
            if (!outgoing.isSent()) {
                // Its batch was refused, and it waits to be sent alone.
                completions.completeUnsent(List.of(outgoing), connection.notSentInTime());
            } else if (!commits.findsOut(outgoing, now)) {
                completions.complete(List.of(outgoing), new UnknownOutcomeException(
                        "The commit was not confirmed in time: the " + connection.noun() + " may have been sent or not", null,
                        null));
            }
        }
    }

    /** At the end, aborts a connection whose answer no sender waits for any more. */
    private void abortIfNobodyWaits() {
        // In this order: messages in flight on a former connection say nothing about the current one.
        ServerConnection current = connection.standing().current();
        List<T> unanswered = commits.inFlight();
        if (queue.isClosed() && current != null && !unanswered.isEmpty() && unanswered.stream().allMatch(Outgoing::isEnded)) {
            current.abort();
        }
    }

    /** {@link Publisher#close} must not wait for a thread that can't be created. */
    private void endWithoutSender() {
        try {
            if (queue.isClosed() && !sender.isAlive() && !queue.isLed()) {
                commits.end();
            }
        } catch (Throwable e) {
            // The next check tries again.
        }
    }
}
