package io.github.pgpubsub.internal.election;

import io.github.pgpubsub.BufferLimit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.Queue;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Messages and gaps in order; a {@link BufferLimit} counts their memory while they are in here. Not thread-safe. */
public final class Entries<M> implements Iterable<Entry<M>> {

    /** Estimated memory of an entry besides its payload: objects and their headers on a 64-bit JVM. */
    private static final long OVERHEAD_BYTES = 150;
    /** Changes of the limit are collected up to this size, because several threads share the limit. */
    private static final int FLUSH_BYTES = 16 * 1024;

    /** A linked list, because an ArrayDeque that fails to grow for lack of memory loses its elements. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<Entry<M>> entries = new LinkedList<>();
    private final BufferLimit memory;
    private final ToIntFunction<M> payloadBytes;
    private int gaps;
    private long unflushed;

    public Entries(BufferLimit memory, ToIntFunction<M> payloadBytes) {
        this.memory = memory;
        this.payloadBytes = payloadBytes;
    }

    public void add(Entry<M> entry) {
        long bytes = bytes(entry);
        entries.add(entry);
        gaps += entry.gap() == null ? 0 : 1;
        changed(bytes);
    }

    /** Adds all entries of another list, which keeps them. */
    public void addAll(Iterable<Entry<M>> others) {
        others.forEach(this::add);
    }

    /** The first entry; null: none. */
    public Entry<M> peek() {
        return entries.peek();
    }

    /** Number of messages before the first gap, at most {@code most}. */
    public int messagesBeforeGap(int most) {
        if (gaps == 0) {
            return Math.min(entries.size(), most);
        }
        int count = 0;
        for (Iterator<Entry<M>> each = entries.iterator(); count < most && each.next().gap() == null;) {
            count++;
        }
        return count;
    }

    /** The first entries, in a list of its own; so many there must be. */
    public List<Entry<M>> first(int count) {
        List<Entry<M>> first = new ArrayList<>(count);
        Iterator<Entry<M>> each = entries.iterator();
        for (int i = 0; i < count; i++) {
            first.add(each.next());
        }
        return first;
    }

    /** Removes and returns the first entry. */
    public Entry<M> remove() {
        Entry<M> first = entries.remove();
        gaps -= first.gap() == null ? 0 : 1;
        changed(-bytes(first));
        return first;
    }

    /** Removes and returns the first message, and leaves the gaps before it; null: no message. */
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

    /** Whether all queues and buffers together exceed the limit. */
    public boolean isMemoryExceeded() {
        return memory.isExceeded();
    }

    /** Whether there is no room even for messages that no other member holds, see {@link BufferLimit}. */
    boolean isMemoryExhausted() {
        return memory.isExhausted();
    }

    @Override
    public Iterator<Entry<M>> iterator() {
        return Collections.unmodifiableCollection(entries).iterator();
    }

    private void changed(long bytes) {
        unflushed += bytes;
        if (unflushed != 0 && (Math.abs(unflushed) >= FLUSH_BYTES || entries.isEmpty())) {
            memory.add(unflushed);
            unflushed = 0;
        }
    }

    private long bytes(Entry<M> entry) {
        return OVERHEAD_BYTES + (entry.gap() == null ? payloadBytes.applyAsInt(entry.message()) : 0);
    }
}
