package io.github.pgpubsub.internal.election;

/** The part of the stream that a standby keeps: everything from some position on, as long as there is room. */
final class StandbyBuffer<M> {

    private final int limit;
    private final Entries<M> entries;
    private long heldFrom;

    StandbyBuffer(int limit, Entries<M> entries) {
        this.limit = limit;
        this.entries = entries;
    }

    /** Keeps everything from this position on. */
    void begin(long place) {
        entries.clear();
        heldFrom = place;
    }

    /**
     * Keeps a message.
     *
     * @param handOver whether no other member has the message, because the leader stops or is gone: then it is kept even over the
     *                 limit, and over the memory limit as long as the heap allows
     * @return false if there was no room and the oldest message was dropped
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

    /** Whether the buffer may hold messages at all; if not, a standby gets in step only once the leader wants to stop. */
    boolean isAllowed() {
        return limit > 0;
    }

    /** The position from which on everything is held. */
    long heldFrom() {
        return heldFrom;
    }

    /**
     * The leader has completed everything before this position.
     *
     * @return whether everything from there on is held, so that nothing is lost if the leader dies now
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
