package io.github.pgpubsub.lead;

/** What a standby keeps of the stream: everything from some place on, as long as there is room. */
final class StandbyBuffer<M> {

    private final int limit;
    private final Entries<M> entries;
    private long heldFrom;

    StandbyBuffer(int limit, Entries<M> entries) {
        this.limit = limit;
        this.entries = entries;
    }

    /** From this place on everything is kept. */
    void begin(long place) {
        entries.clear();
        heldFrom = place;
    }

    /**
     * @param overLimit whether there may be more than the limit; the memory has its bound all the same
     * @return false: there was no room, the oldest is lost
     */
    boolean keep(Entry<M> entry, boolean overLimit) {
        entries.add(entry);
        if ((overLimit || entries.size() <= limit) && !entries.isMemoryExceeded()) {
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

    Entries<M> entries() {
        return entries;
    }

    void clear() {
        entries.clear();
    }
}
