package io.github.pgpubsub.lead;

import java.util.ArrayDeque;
import java.util.Collection;

/** What a standby keeps of the stream: everything from some place on, as long as it is not full. */
final class StandbyBuffer<M> {

    private final int limit;
    private final ArrayDeque<Entry<M>> entries = new ArrayDeque<>();
    private long heldFrom;

    StandbyBuffer(int limit) {
        this.limit = limit;
    }

    /** From this place on everything is kept. */
    void begin(long place) {
        entries.clear();
        heldFrom = place;
    }

    /** @return false: it was full, the oldest entry is lost */
    boolean keep(Entry<M> entry, boolean mayDrop) {
        entries.add(entry);
        if (!mayDrop || entries.size() <= limit) {
            return true;
        }
        entries.remove();
        heldFrom = entry.place() + 1 - entries.size();
        return false;
    }

    /**
     * The leader has completed everything before this place.
     *
     * @return whether everything from there on is held, so that nothing would be lost if the leader ended now
     */
    boolean dropBefore(long place) {
        if (limit == 0 || place < heldFrom) {
            return false;
        }
        while (!entries.isEmpty() && entries.peek().place() < place) {
            entries.remove();
        }
        heldFrom = place;
        return true;
    }

    Collection<Entry<M>> entries() {
        return entries;
    }

    void clear() {
        entries.clear();
    }
}
