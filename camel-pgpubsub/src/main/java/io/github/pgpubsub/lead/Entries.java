package io.github.pgpubsub.lead;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.function.ToIntFunction;

/** Messages and gaps in their order, counted by a {@link MemoryBound} as long as they are in here. Not thread-safe. */
public final class Entries<M> implements Iterable<Entry<M>> {

    /** What an entry takes besides its payload: objects and their headers on a 64-bit JVM, by estimate. */
    private static final int OVERHEAD_BYTES = 150;

    private final ArrayDeque<Entry<M>> entries = new ArrayDeque<>();
    private final MemoryBound memory;
    private final ToIntFunction<M> payloadBytes;

    public Entries(MemoryBound memory, ToIntFunction<M> payloadBytes) {
        this.memory = memory;
        this.payloadBytes = payloadBytes;
    }

    public void add(Entry<M> entry) {
        entries.add(entry);
        memory.add(bytes(entry));
    }

    /** Adds all of the others; these stay where they are too. */
    public void addAll(Iterable<Entry<M>> others) {
        others.forEach(this::add);
    }

    /** The first; null: none. */
    public Entry<M> peek() {
        return entries.peek();
    }

    /** Takes the first out. */
    public Entry<M> remove() {
        Entry<M> first = entries.remove();
        memory.add(-bytes(first));
        return first;
    }

    /** Takes the first message out and leaves gaps where they are; null: there is none. */
    public Entry<M> removeFirstMessage() {
        for (Iterator<Entry<M>> each = entries.iterator(); each.hasNext(); ) {
            Entry<M> entry = each.next();
            if (entry.gap() == null) {
                each.remove();
                memory.add(-bytes(entry));
                return entry;
            }
        }
        return null;
    }

    public int size() {
        return entries.size();
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    public void clear() {
        entries.forEach(entry -> memory.add(-bytes(entry)));
        entries.clear();
    }

    /** Whether all holders together hold more than they may. */
    public boolean isMemoryExceeded() {
        return memory.isExceeded();
    }

    @Override
    public Iterator<Entry<M>> iterator() {
        return Collections.unmodifiableCollection(entries).iterator();
    }

    private long bytes(Entry<M> entry) {
        return OVERHEAD_BYTES + (entry.gap() == null ? payloadBytes.applyAsInt(entry.message()) : 0);
    }
}
