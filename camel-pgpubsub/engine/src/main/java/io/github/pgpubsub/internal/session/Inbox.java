package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.OwnMessages;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;

/**
 * Notifications that were read from one connection and wait to be handed on. Recognises this process's own notifications. Each receiver
 * gets its own in the server's order, all of them together: between a thousand channels with messages in turn, the state of each would
 * leave the processor's cache from one message to the next. For the same reason it is worth reading more while the receivers are many.
 * Must be fast: hundreds of thousands of notifications pass in a second. Belongs to the session's thread.
 */
final class Inbox {

    /** Notifications for each receiver that are worth a further read. */
    private static final int EACH = 8;
    /** Bytes, by estimate, after which no more are worth it: memory, and the time until the first is handed on. */
    private static final long MOST_BYTES = 1 << 20;

    private final OwnMessages ownMessages;
    private final String server;
    private final Receivers receivers;
    /** Those with unread notifications, in the order of their first one. After a removal, some may have none. */
    private final Deque<Receiver> waiting = new ArrayDeque<>();
    /** The backend between whose marks the stream is, so that its messages are own ones; 0: none. */
    private int marked;
    /** Taken since it was last empty. */
    private int taken;
    private long takenBytes;

    /** @param server see {@link io.github.pgpubsub.internal.connection.ServerConnection#server()} */
    Inbox(OwnMessages ownMessages, String server, Receivers receivers) {
        this.ownMessages = ownMessages;
        this.server = server;
        this.receivers = receivers;
    }

    /**
     * Adds notifications that were read.
     *
     * @return estimated memory of their payloads, in bytes
     */
    long take(PGNotification[] notifications) {
        if (isEmpty()) {
            taken = 0;
            takenBytes = 0;
        }
        long bytes = 0;
        int asked = 0;
        boolean own = false;
        for (PGNotification each : notifications) {
            int sender = each.getPID();
            if (each.getName().equals(ownMessages.channel())) {
                marked = OwnMessages.isBegin(each.getParameter()) ? sender : 0;
                continue;
            }
            if (sender != asked) {
                asked = sender;
                own = ownMessages.contains(server, sender);
            }
            Notification notification = new Notification(each.getName(), each.getParameter(), sender, own || sender == marked);
            bytes += notification.bytes();
            for (Receiver receiver : receivers.of(notification)) {
                if (!receiver.hasUnread()) {
                    waiting.add(receiver);
                }
                receiver.add(notification);
            }
        }
        taken += notifications.length;
        takenBytes += bytes;
        return bytes;
    }

    /** Whether the receivers of what was taken are so many that more should be read before it is given to them. */
    boolean wantsMore() {
        return taken < EACH * waiting.size() && takenBytes < MOST_BYTES;
    }

    boolean isEmpty() {
        return next() == null;
    }

    /** The name of the first receiver that is left, for logs. */
    String nextReceiver() {
        Receiver next = next();
        return next == null ? "nobody" : next.subscriber().name();
    }

    /** The first receiver that has unread notifications; null: none. */
    private @Nullable Receiver next() {
        while (!waiting.isEmpty() && !waiting.peek().hasUnread()) {
            waiting.remove();
        }
        return waiting.peek();
    }

    /** Gives all receivers what they can take; false if something is left. */
    boolean give() {
        waiting.removeIf(Receiver::give);
        return isEmpty();
    }

    /**
     * Gives all receivers everything, even to those that have no room. First each gets what it has room for: nobody must lose anything
     * because another one is full.
     *
     * @param most maximum bytes, by estimate, for receivers that have no room; the rest is kept
     * @return the bytes that such receivers got
     */
    long giveAll(long most) {
        give();
        long withoutRoom = 0;
        for (Receiver next = next(); next != null && withoutRoom < most; next = next()) {
            withoutRoom += next.giveAll(most - withoutRoom);
        }
        return withoutRoom;
    }
}
