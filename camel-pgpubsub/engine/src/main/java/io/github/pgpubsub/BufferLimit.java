package io.github.pgpubsub;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes several queues and buffers may hold together, and how many they do. Thread-safe. */
public final class BufferLimit {

    /** 64 MiB. */
    public static final long DEFAULT_BYTES = 64L << 20;

    /** A hand-over may take this share of the heap, because what it can't keep is lost. */
    private static final int SHARES_OF_HEAP = 4;

    private final long limit;
    private final long handOverLimit;
    private final AtomicLong held = new AtomicLong();

    /** @param limit bytes, by estimate */
    public BufferLimit(long limit) {
        this.limit = limit;
        this.handOverLimit = Math.max(limit, Runtime.getRuntime().maxMemory() / SHARES_OF_HEAP);
    }

    public boolean isExceeded() {
        return held.get() > limit;
    }

    /** Whether there is no room even for what only the holder has, because the one before it has stopped. */
    public boolean isExhausted() {
        return held.get() > handOverLimit;
    }

    /** Bytes that are held now, by estimate. */
    public long held() {
        return held.get();
    }

    public long limit() {
        return limit;
    }

    public void add(long bytes) {
        held.addAndGet(bytes);
    }
}
