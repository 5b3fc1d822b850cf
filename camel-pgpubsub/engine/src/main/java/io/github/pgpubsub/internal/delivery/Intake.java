package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session's side of a {@link DeliveryQueue}. The session asks {@link #hasRoom} before it puts, so a put never waits. Entries are
 * collected and handed over by {@link #flush}, so that the two sides take the lock once for many messages. Belongs to the session's
 * thread.
 */
public final class Intake {

    /** Operators know the queue's name for dropped messages. */
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryQueue.class);

    /** Maximum number of entries handed over at once. */
    private static final int HANDED_OVER = 64;
    /** Minimum interval between log lines about dropped messages. */
    private static final long DROPS_LOGGED_NANOS = Duration.ofSeconds(10).toNanos();

    private final String name;
    private final Overflow overflow;
    private final DeliveryQueue queue;
    private final Counters counters;
    private final SessionThread thread;
    /** Not larger than it is made, because an ArrayDeque that fails to grow for lack of memory loses its elements. */
    private final Queue<Entry<Notification>> collected = new ArrayDeque<>(HANDED_OVER);
    /** Number of messages that may be put without asking the queue again. */
    private int credit;
    /** Position of the next message. */
    private long next;
    private long dropsLoggedAt = System.nanoTime() - DROPS_LOGGED_NANOS;

    public Intake(DeliveryQueue queue, SubscriptionOptions options, Counters counters, SessionThread thread) {
        this.name = options.name();
        this.overflow = options.overflow();
        this.queue = queue;
        this.counters = counters;
        this.thread = thread;
    }

    /** Whether the session may put another message. A queue that drops always has room. */
    public boolean hasRoom() {
        assert thread.isCurrent();
        if (credit > 0 || overflow != Overflow.block) {
            return true;
        }
        flush();
        credit = queue.room(HANDED_OVER);
        return credit > 0;
    }

    /** Whether the session may put a message whose memory is counted already. */
    public boolean hasRoomForHeld() {
        flush();
        return overflow != Overflow.block || queue.hasRoomForHeld();
    }

    /** Puts a message or a gap. The workers see it after the next {@link #flush}. */
    public void put(Entry<Notification> entry) {
        assert thread.isCurrent();
        if (collected.size() == HANDED_OVER) {
            flush();
        }
        credit--;
        next = entry.gap() == null ? entry.place() + 1 : entry.place();
        collected.add(entry);
    }

    /** Hands over the collected entries. Those for which memory is lacking stay collected. */
    public void flush() {
        assert thread.isCurrent();
        if (collected.isEmpty()) {
            return;
        }
        if (queue.addAll(collected)) {
            logDrops();
        }
    }

    private void logDrops() {
        long now = System.nanoTime();
        if (now - dropsLoggedAt >= DROPS_LOGGED_NANOS) {
            dropsLoggedAt = now;
            LOG.warn("{}: its queue (queueSize={}) is full, so messages are dropped (overflow={}): {} so far", name,
                    queue.capacity(),
                    overflow, counters.dropped.sum());
        }
    }

    /** Leaves out a message that this subscription does not want; it counts as complete. */
    public void skip(long place) {
        assert thread.isCurrent();
        next = place + 1;
    }

    /** Lets messages begin. Everything before this position is complete. */
    public void open(long from) {
        assert thread.isCurrent();
        next = from;
        queue.open();
    }

    /** Lets no more messages begin, and takes back those that have not begun. */
    public List<Entry<Notification>> withdraw() {
        flush();
        credit = 0;
        List<Entry<Notification>> back = queue.withdraw();
        if (!back.isEmpty()) {
            next = back.get(0).place();
        }
        return back;
    }

    /** The position before which every message is complete. */
    public long watermark() {
        flush();
        return queue.watermark(next);
    }

    /** The position from which on no message has begun. */
    public long begunUpTo() {
        return queue.begunUpTo();
    }

    /** Calls back once, as soon as everything that was put is complete: at once, or from a worker. */
    public void whenIdle(Runnable callback) {
        flush();
        queue.whenIdle(callback);
    }

    /** Whether everything that was put is complete. */
    public boolean isIdle() {
        flush();
        return queue.isIdle();
    }

    /** Whether a gap was put that is not handled yet. */
    public boolean isGapUnhandled() {
        flush();
        return queue.isGapUnhandled();
    }
}
