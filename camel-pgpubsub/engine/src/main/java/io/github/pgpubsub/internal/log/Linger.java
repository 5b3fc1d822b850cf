package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Ticket;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets messages gather in the log before a window is opened for them. An open window can't grow, and the next one is opened when it is
 * complete, so a trickle of messages would otherwise become a batch for each. To the reader it looks like a slow answer; nothing is stored
 * or held meanwhile. The count is a hint: it may miss stragglers, and has other groups' and other shards' messages. Belongs to the reading thread.
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

    /** What it asks others to do. */
    interface Requests {

        /**
         * Counts what waits for a window.
         *
         * @param ticket of who waits for the window
         * @param most   no more than these
         * @param answer called later, never within this call, and not if the server refuses or the connection is lost
         */
        void count(Ticket ticket, Bound done, int most, Consumer<Waiting> answer);

        /** Nothing was opened, and nothing is going to be. */
        void nothing(Ticket ticket);
    }

    private record Opening(Ticket ticket, Bound done, Runnable open) {}

    private final BatchLimit limit;
    /** A batch for each shard. */
    private final int enough;
    private final Requests requests;
    private final LongSupplier nanoTime;
    private boolean stopping;
    /** Of what is to be opened, counted or not: other answers are to what was forgotten. Null: nothing. */
    private @Nullable Ticket wanted;
    /** Counts again at that time. Null: nothing lingers. */
    private @Nullable Opening held;
    private long lookAt;
    /** Something has been counted for what is wanted, the first time then. */
    private boolean gathers;
    private long since;

    /** @param shards of the group: the messages of all of them are counted */
    Linger(BatchLimit limit, int shards, Requests requests, LongSupplier nanoTime) {
        this.limit = limit;
        this.enough = (int) Math.min(Integer.MAX_VALUE, (long) limit.size() * shards);
        this.requests = requests;
        this.nanoTime = nanoTime;
    }

    /** @param open is run now, or when a batch has gathered, or never if it is forgotten */
    void before(Ticket ticket, Bound done, Runnable open) {
        forget();
        if (limit.size() == 1 || limit.nanos() == 0 || stopping) {
            open.run();
        } else {
            wanted = ticket;
            gathers = false;
            count(new Opening(ticket, done, open));
        }
    }

    private void count(Opening opening) {
        requests.count(opening.ticket, opening.done, enough, waiting -> {
            if (opening.ticket.equals(wanted)) {
                counted(opening, waiting, nanoTime.getAsLong());
            }
        });
    }

    private void counted(Opening opening, Waiting waiting, long now) {
        if (!gathers && waiting.count > 0) {
            gathers = true;
            since = now;
        }
        // The server's clock may be set back: then the own one bounds the wait.
        long waited = Math.max(TimeUnit.MILLISECONDS.toNanos(waiting.millis), gathers ? now - since : 0);
        long remaining = limit.nanos() - waited;
        if (stopping) {
            requests.nothing(opening.ticket);
        } else if (waiting.count == 0 || waiting.count >= enough || remaining <= 0) {
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
            requests.nothing(left.ticket);
        }
    }

    /** The reader wants it no more, be it held or being counted. */
    void forget() {
        wanted = null;
        held = null;
    }
}
