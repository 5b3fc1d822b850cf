package io.github.pgpubsub.internal.delivery;

import io.github.pgpubsub.internal.election.Entry;
import io.github.pgpubsub.internal.session.Notification;
import java.util.ArrayList;
import java.util.List;

/** The messages and gaps of a queue that have begun and are not done. The lock of the queue guards it. */
final class Begun {

    private final List<Entry<Notification>> begun = new ArrayList<>();
    private long upTo;

    boolean isEmpty() {
        return begun.isEmpty();
    }

    /** If memory is lacking for it, nothing has changed. */
    void add(List<Entry<Notification>> batch) {
        begun.addAll(batch);
        for (Entry<Notification> entry : batch) {
            upTo = entry.gap() == null ? Math.max(upTo, entry.place() + 1) : upTo;
        }
    }

    /** Idempotent. */
    void remove(List<Entry<Notification>> batch) {
        if (begun.size() == batch.size() && begun.get(0).equals(batch.get(0))) {
            begun.clear();
        } else {
            batch.forEach(begun::remove);
        }
    }

    /** The lowest position of all. */
    long first() {
        long first = Long.MAX_VALUE;
        for (Entry<Notification> entry : begun) {
            first = Math.min(first, entry.place());
        }
        return first;
    }

    /** The position from which on no message has ever begun. */
    long upTo() {
        return upTo;
    }

    boolean hasGap() {
        for (Entry<Notification> entry : begun) {
            if (entry.gap() != null) {
                return true;
            }
        }
        return false;
    }
}
