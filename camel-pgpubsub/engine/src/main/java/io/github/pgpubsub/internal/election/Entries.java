package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.BufferLimit;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Messages and gaps in their order, counted by a {@link BufferLimit} as long as they are in here. Not thread-safe. */
public final class Entries<M> implements Iterable<Entry<M>> {

    /** What an entry takes besides its payload: objects and their headers on a 64-bit JVM, by estimate. */
    private static final long OVERHEAD_BYTES = 150;
    /** Smaller changes are told to the bound together, which several threads share. */
    private static final int TOLD_BYTES = 16 * 1024;

    private final ArrayDeque<Entry<M>> entries = new ArrayDeque<>();
    private final BufferLimit memory;
    private final ToIntFunction<M> payloadBytes;
    private int gaps;
    private long untold;

    public Entries(BufferLimit memory, ToIntFunction<M> payloadBytes) {
        this.memory = memory;
        this.payloadBytes = payloadBytes;
    }

    public void add(Entry<M> entry) {
        entries.add(entry);
        gaps += entry.gap() == null ? 0 : 1;
        changed(bytes(entry));
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
        gaps -= first.gap() == null ? 0 : 1;
        changed(-bytes(first));
        return first;
    }

    /** Takes the first message out and leaves gaps where they are; null: there is none. */
    public @Nullable Entry<M> removeFirstMessage() {
        for (Iterator<Entry<M>> each = entries.iterator(); each.hasNext();) {
            Entry<M> entry = each.next();
            if (entry.gap() == null) {
                each.remove();
                changed(-bytes(entry));
                return entry;
            }
        }
        return null;
    }

    /** Whether there is a gap among them. */
    public boolean hasGap() {
        return gaps > 0;
    }

    public int size() {
        return entries.size();
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    public void clear() {
        long bytes = 0;
        for (Entry<M> entry : entries) {
            bytes += bytes(entry);
        }
        entries.clear();
        gaps = 0;
        changed(-bytes);
    }

    /** Whether all holders together hold more than they may. */
    public boolean isMemoryExceeded() {
        return memory.isExceeded();
    }

    /** Whether there is no room even for what only this holder has, see {@link BufferLimit}. */
    boolean isMemoryExhausted() {
        return memory.isExhausted();
    }

    @Override
    public Iterator<Entry<M>> iterator() {
        return Collections.unmodifiableCollection(entries).iterator();
    }

    private void changed(long bytes) {
        untold += bytes;
        if (Math.abs(untold) >= TOLD_BYTES || entries.isEmpty()) {
            memory.add(untold);
            untold = 0;
        }
    }

    private long bytes(Entry<M> entry) {
        return OVERHEAD_BYTES + (entry.gap() == null ? payloadBytes.applyAsInt(entry.message()) : 0);
    }
}
