package io.github.pgpubsub.lead;

import java.util.function.LongFunction;

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

    /** Those from this place on have other names, which turned out only now. */
    void rename(long from, LongFunction<MessageId> names) {
        if (!entries.isEmpty() && entries.peekLast().place() >= from) {
            entries.replaceAll(entry -> entry.place() < from ? entry : entry.named(names.apply(entry.place())));
        }
    }

    Entries<M> entries() {
        return entries;
    }

    void clear() {
        entries.clear();
    }
}
