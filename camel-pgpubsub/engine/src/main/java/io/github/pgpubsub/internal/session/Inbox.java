package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.connect.OwnMessages;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;

/**
 * Notifications that were read from one connection and wait to be handed on, in the server's order. Recognises this process's own
 * notifications. Must be fast: hundreds of thousands of notifications pass in a second. Belongs to the session's thread.
 */
final class Inbox {

    private static final int OVERHEAD_BYTES = 150;

    private final OwnMessages ownMessages;
    private final String server;
    private final Receivers receivers;
    private final Deque<Notification> unread = new ArrayDeque<>();
    /** Subscribers that have received something since the last {@link #handOn}; may contain duplicates. */
    private final List<Subscriber> collecting = new ArrayList<>();
    private @Nullable Subscriber lastReceiver;
    /** The backend between whose marks the stream is, so that its messages are own ones; 0: none. */
    private int marked;

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
            unread.add(notification);
        }
        return bytes;
    }

    boolean isEmpty() {
        return unread.isEmpty();
    }

    /** The names of the next notification's receivers, for logs. */
    String nextReceivers() {
        return unread.isEmpty() ? "nobody" : Arrays.stream(receivers.of(unread.peek())).map(Subscriber::name)
                .collect(Collectors.joining(", "));
    }

    /** Gives the next notification to its receivers, who then wait for {@link #handOn}; false if one of them can't take more. */
    boolean giveNext() {
        Subscriber[] to = receivers.of(unread.peek());
        if (!areReady(to)) {
            return false;
        }
        Notification next = unread.remove();
        for (Subscriber each : to) {
            give(next, each);
        }
        return true;
    }

    /**
     * Gives all notifications to their receivers and hands them on, without waiting for receivers that have no room.
     *
     * @param most maximum bytes, by estimate, for receivers that have no room; the rest is kept
     * @return the bytes that such receivers got
     */
    long giveAll(long most) {
        long withoutRoom = 0;
        try {
            while (!unread.isEmpty() && withoutRoom < most) {
                Notification next = unread.remove();
                for (Subscriber each : receivers.of(next)) {
                    withoutRoom += each.ready() ? 0 : next.bytes() + OVERHEAD_BYTES;
                    give(next, each);
                }
            }
            return withoutRoom;
        } finally {
            handOn();
        }
    }

    /** Tells the receivers of the latest notifications that no more follow for the moment. */
    void handOn() {
        collecting.forEach(Subscriber::handOn);
        collecting.clear();
        lastReceiver = null;
    }

    private void give(Notification notification, Subscriber receiver) {
        receiver.received(notification);
        if (receiver != lastReceiver) {
            lastReceiver = receiver;
            collecting.add(receiver);
        }
    }

    private static boolean areReady(Subscriber[] receivers) {
        for (Subscriber each : receivers) {
            if (!each.ready()) {
                return false;
            }
        }
        return true;
    }
}
