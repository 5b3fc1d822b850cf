package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Ticket;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets messages gather in the log before a window is opened for them. An open window can't grow, and the next one is opened when it is
 * complete, so a trickle of messages would otherwise become a batch for each. To the reader it looks like a slow answer; nothing is stored
 * or held meanwhile. The count is a hint: it may miss stragglers, and has other groups' messages. Belongs to the reading thread.
 */
final class Linger {

    /** So often messages are counted during a timeout. */
    private static final int LOOKS = 50;
    private static final long SHORTEST_LOOK = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_LOOK = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * What waits for a window.
     *
     * @param count  of messages, no more than were asked for
     * @param millis age of the oldest one; 0: there is none
     */
    record Waiting(int count, long millis) {}

    private record Opening(Ticket ticket, Bound done, Runnable open) {}

    private final LogReader host;
    private final GroupEffects group;
    private final Shard shard;
    private final BatchLimit limit;
    private boolean stopping;
    /** Counts again at that time. Null: nothing lingers. */
    private @Nullable Opening held;
    private long lookAt;

    Linger(LogReader host, GroupEffects group, Shard shard, BatchLimit limit) {
        this.host = host;
        this.group = group;
        this.shard = shard;
        this.limit = limit;
    }

    /** @param open is run now, or when a batch has gathered, or never if it is forgotten */
    void before(Ticket ticket, Bound done, Runnable open) {
        held = null;
        if (limit.size() == 1 || limit.nanos() == 0 || stopping) {
            open.run();
        } else {
            count(new Opening(ticket, done, open));
        }
    }

    private void count(Opening opening) {
        host.requests().add(group, opening.ticket, connection -> {
            Waiting waiting = connection.windows().waiting(shard, opening.done, limit.size());
            return () -> counted(opening, waiting, System.nanoTime());
        });
    }

    private void counted(Opening opening, Waiting waiting, long now) {
        group.works();
        long remaining = limit.nanos() - TimeUnit.MILLISECONDS.toNanos(waiting.millis);
        if (waiting.count > 0) {
            group.windows().expect();
        }
        if (stopping) {
            answer(opening);
        } else if (waiting.count == 0 || waiting.count >= limit.size() || remaining <= 0) {
            opening.open.run();
        } else {
            long look = Math.min(LONGEST_LOOK, Math.max(SHORTEST_LOOK, limit.nanos() / LOOKS));
            held = opening;
            lookAt = now + Math.min(look, remaining);
        }
    }

    void tick(long now) {
        Opening due = held;
        if (due != null && now - lookAt >= 0) {
            held = null;
            count(due);
        }
    }

    /** The reader has been told to stop, and waits for the answer. */
    void stop() {
        stopping = true;
        Opening left = held;
        held = null;
        if (left != null) {
            answer(left);
        }
    }

    /** Nothing was opened, and nothing is going to be. */
    private void answer(Opening opening) {
        host.requests().answer(() -> group.reader().opened(opening.ticket, new OpenAnswer.Empty(), System.nanoTime()));
    }

    /** The reader wants it no more. */
    void forget() {
        held = null;
    }
}
