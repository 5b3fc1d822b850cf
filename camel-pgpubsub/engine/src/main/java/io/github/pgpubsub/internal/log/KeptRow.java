package io.github.pgpubsub.internal.log;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of the log, as a page has it. Immutable, but for the bytes, which are the handler's. */
public final class KeptRow {

    private final @Nullable String key;
    private final @Nullable String payload;
    private final byte @Nullable [] bytes;
    private final @Nullable String headers;
    private final @Nullable UUID context;
    private final boolean forGroup;
    private final int bucket;

    KeptRow(@Nullable String key, @Nullable String payload, byte @Nullable [] bytes, @Nullable String headers,
            @Nullable UUID context, boolean forGroup, int bucket) {
        this.key = key;
        this.payload = payload;
        this.bytes = bytes;
        this.headers = headers;
        this.context = context;
        this.forGroup = forGroup;
        this.bucket = bucket;
    }

    public @Nullable String key() {
        return key;
    }

    /** Null: the message has bytes, or nothing. */
    public @Nullable String payload() {
        return payload;
    }

    public byte @Nullable [] bytes() {
        return bytes;
    }

    /** A JSON object; null: none. */
    public @Nullable String headers() {
        return headers;
    }

    /** The process that sent it; null: plain SQL did. */
    public @Nullable UUID context() {
        return context;
    }

    /** The shard that it belongs to, of so many. */
    int shard(int shards) {
        return bucket % shards;
    }

    /** Whether it was written for one group alone: it had been parked. */
    public boolean forGroup() {
        return forGroup;
    }
}
