package io.github.pgpubsub.internal.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A subscriber, and the notifications that were read for it and wait to be given to it, in the server's order. Belongs to the session's thread. */
final class Receiver {

    /** Estimated memory of a notification without its payload. */
    private static final int OVERHEAD_BYTES = 150;

    private final Subscriber subscriber;
    private final Set<Address> addresses = new HashSet<>();
    /** Null: none. A session may have thousands of receivers, and few of them have unread notifications. */
    private @Nullable Deque<Notification> unread;

    Receiver(Subscriber subscriber) {
        this.subscriber = subscriber;
    }

    Subscriber subscriber() {
        return subscriber;
    }

    void gotAddress(Address address) {
        addresses.add(address);
    }

    /** What was read at this address is not given any more. False if the receiver was not there. */
    boolean lostAddress(Address address) {
        if (unread != null) {
            unread.removeIf(address::isOf);
        }
        return addresses.remove(address);
    }

    boolean hasAddress() {
        return !addresses.isEmpty();
    }

    boolean hasUnread() {
        return unread != null && !unread.isEmpty();
    }

    void add(Notification notification) {
        if (unread == null) {
            unread = new ArrayDeque<>();
        }
        unread.add(notification);
    }

    /** Gives the subscriber what it can take; false if something is left. */
    boolean give() {
        if (unread == null || unread.isEmpty()) {
            return true;
        }
        try {
            while (!unread.isEmpty()) {
                if (!subscriber.ready()) {
                    return false;
                }
                subscriber.received(unread.remove());
            }
            unread = null;
            return true;
        } finally {
            subscriber.handOn();
        }
    }

    /**
     * Gives the subscriber everything, even if it has no room.
     *
     * @param most maximum bytes, by estimate, without room; the rest is kept
     * @return the bytes that the subscriber got without room
     */
    long giveAll(long most) {
        if (unread == null || unread.isEmpty()) {
            return 0;
        }
        long withoutRoom = 0;
        try {
            while (!unread.isEmpty() && withoutRoom < most) {
                Notification next = unread.remove();
                withoutRoom += subscriber.ready() ? 0 : next.bytes() + OVERHEAD_BYTES;
                subscriber.received(next);
            }
            return withoutRoom;
        } finally {
            subscriber.handOn();
        }
    }
}
