package io.github.pgpubsub.internal.publish;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sender's own thread does when it leads (see {@link Admission#LEADS}): commits the sender's message and nothing else.
 * All else is left to the publisher's thread, which also deals with any failure.
 */
final class LeadingSender<T extends Outgoing> {

    private static final long ANY_WEIGHT = Long.MAX_VALUE;

    private final PublishQueue<T> queue;
    private final PublishConnection<T> connection;
    private final Completions completions;
    private final InFlight<T> inFlight;
    /** Whether the batch in flight is left to the publisher's thread. Guarded by the lead, like the next field. */
    private boolean left;
    /** Why; null: it is not known. */
    private @Nullable Throwable failure;

    LeadingSender(PublishQueue<T> queue, PublishConnection<T> connection, Completions completions, InFlight<T> inFlight) {
        this.queue = queue;
        this.connection = connection;
        this.completions = completions;
        this.inFlight = inFlight;
    }

    // ---- for the thread of the sender that leads

    /**
     * Commits the message, if that can be done at once, and ends the lead.
     *
     * @return whether it is committed and the sender knows, because it is the caller
     */
    boolean lead(T own) {
        try {
            commitFirst(own);
        } catch (Throwable e) {
            failure = e;
        } finally {
            left = !inFlight.isEmpty();
            queue.stopLeading(left);
        }
        return own.isCommittedHere();
    }

    /** What is taken stays in flight until its outcome is set, so that the publisher's thread tells its sender if this one can't. */
    private void commitFirst(T own) throws SQLException {
        if (!inFlight.isEmpty() || !connection.isGoodForLeading()) {
            return;
        }
        List<T> first = queue.takeBatch(1, ANY_WEIGHT);
        if (first.isEmpty()) {
            return;
        }
        inFlight.set(first);
        inFlight.count(1, connection.commit(first));
        if (first.get(0) == own) {
            own.endHere();
        } else {
            // Its time was up before it was taken, and another one was taken in its place.
            completions.complete(first, null);
        }
        inFlight.set(List.of());
    }

    // ---- for the publisher's thread

    /** Whether a batch in flight is left to the caller. */
    boolean hasLeft() {
        return left;
    }

    /** Takes over what is left. Null: the failure is not known. */
    @Nullable
    Throwable takeFailure() {
        Throwable taken = failure;
        left = false;
        failure = null;
        return taken;
    }

    // ---- for the timekeeper

    /**
     * Aborts the connection under a sender whose time is up, because its thread must return; and leaves the message of one whose thread was
     * killed to the publisher's thread.
     */
    void watch(long now) {
        if (queue.isLed()) {
            queue.whileLed(() -> {
                if (inFlight.batch().stream().anyMatch(each -> each.deadline - now <= 0)) {
                    connection.abort();
                }
            }, () -> left = !inFlight.isEmpty());
        }
    }
}
