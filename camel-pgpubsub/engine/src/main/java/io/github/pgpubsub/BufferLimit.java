package io.github.pgpubsub;

import java.util.concurrent.atomic.AtomicLong;

/** A limit on the bytes that several queues and buffers hold together, and their current sum. Thread-safe. */
public final class BufferLimit {

    /** 64 MiB. */
    public static final long DEFAULT_BYTES = 64L << 20;

    /** A hand-over may use this share of the heap, because messages that it can't keep are lost. */
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

    /** Whether there is no room even for messages that no other member holds, because the former leader has stopped. */
    public boolean isExhausted() {
        return held.get() > handOverLimit;
    }

    /** Bytes currently held, by estimate. */
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
