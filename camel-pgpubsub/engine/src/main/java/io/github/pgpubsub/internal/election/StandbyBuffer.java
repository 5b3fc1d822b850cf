package io.github.pgpubsub.internal.election;

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
     * @param handOver whether nobody else has the message, because the leader stops or is gone: then it is kept over the limit,
     *                 and over the memory's bound too as long as the heap allows
     * @return false: there was no room, the oldest is lost
     */
    boolean keep(Entry<M> entry, boolean handOver) {
        entries.add(entry);
        if (handOver ? !entries.isMemoryExhausted() : entries.size() <= limit && !entries.isMemoryExceeded()) {
            return true;
        }
        entries.remove();
        heldFrom = entry.place() + 1 - entries.size();
        return false;
    }

    /** Whether there is room for anything, so that it can be told when all is held that the leader has not done. */
    boolean isAllowed() {
        return limit > 0;
    }

    /** From this place on everything is held. */
    long heldFrom() {
        return heldFrom;
    }

    /**
     * The leader has completed everything before this place.
     *
     * @return whether everything from there on is held, so that nothing would be lost if the leader ended now
     */
    boolean dropBefore(long place) {
        if (place < heldFrom) {
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
