package io.github.pgpubsub.lead;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes several queues and buffers may hold together, and how many they do. Thread-safe. */
public final class MemoryBound {

    /** 64 MiB. */
    public static final long DEFAULT_BYTES = 64L << 20;

    private final long limit;
    private final AtomicLong held = new AtomicLong();

    /** @param limit bytes, by estimate */
    public MemoryBound(long limit) {
        this.limit = limit;
    }

    public boolean isExceeded() {
        return held.get() > limit;
    }

    /** Bytes that are held now, by estimate. */
    public long held() {
        return held.get();
    }

    public long limit() {
        return limit;
    }

    void add(long bytes) {
        held.addAndGet(bytes);
    }
}
