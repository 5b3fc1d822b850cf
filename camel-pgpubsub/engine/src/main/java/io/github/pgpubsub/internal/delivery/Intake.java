package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session's side of a {@link DeliveryQueue}. The session asks {@link #hasRoom} before it puts, so a put never waits. What is
 * put is collected and handed over with {@link #flush}, so that the two sides meet once for many messages. Belongs to the
 * session's thread.
 */
public final class Intake {

    /** A drop has always been logged as one of the queue's. */
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryQueue.class);

    /** Maximum number of messages that are handed over at once. */
    private static final int HANDED_OVER = 64;
    /** Shortest time between two lines of log about dropped messages. */
    private static final long DROPS_LOGGED_NANOS = Duration.ofSeconds(10).toNanos();

    private final String name;
    private final Overflow overflow;
    private final DeliveryQueue queue;
    private final Counters counters;
    private final SessionThread thread;
    private final List<Entry<Notification>> collected = new ArrayList<>();
    /** Number of messages that have room, whatever the other side does. */
    private int credit;
    /** The place of the message that comes next. */
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

    /** Whether the session may put another message that takes no more memory here than it does already. */
    public boolean hasRoomForHeld() {
        flush();
        return overflow != Overflow.block || queue.hasRoomForHeld();
    }

    /** Puts a message or a gap. The workers see it with the next {@link #flush}. */
    public void put(Entry<Notification> entry) {
        assert thread.isCurrent();
        credit--;
        next = entry.gap() == null ? entry.place() + 1 : entry.place();
        collected.add(entry);
        if (collected.size() >= HANDED_OVER) {
            flush();
        }
    }

    /** Hands over what was put. */
    public void flush() {
        assert thread.isCurrent();
        if (collected.isEmpty()) {
            return;
        }
        boolean dropped = queue.add(collected);
        collected.clear();
        if (dropped) {
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

    /** A message that is not for this subscription counts as complete. */
    public void skip(long place) {
        assert thread.isCurrent();
        next = place + 1;
    }

    /** Lets messages begin, of which all before this place are complete. */
    public void open(long from) {
        assert thread.isCurrent();
        next = from;
        queue.open();
    }

    /** Lets no more begin and takes back those that have not. */
    public List<Entry<Notification>> withdraw() {
        flush();
        credit = 0;
        List<Entry<Notification>> back = queue.withdraw();
        if (!back.isEmpty()) {
            next = back.get(0).place();
        }
        return back;
    }

    /** Every message with a place before this one is complete. */
    public long watermark() {
        flush();
        return queue.watermark(next);
    }

    /** No message with this place or a later one has begun. */
    public long begunUpTo() {
        return queue.begunUpTo();
    }

    /** Calls back once, as soon as everything that was put is complete: now, or from a worker. */
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
