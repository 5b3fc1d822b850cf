package io.github.pgpubsub.kept;

import java.sql.Connection;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message of a kept channel, as a handler gets it. */
public interface KeptMessage {

    /** The channel. */
    String channel();

    /** Never used twice, not even after a fail-over: {@code <id>-<microseconds>}. */
    String id();

    /** Messages with the same key stay in order on one process; null: none. */
    @Nullable
    String key();

    /** The text; null: the message has {@link #bytes}, or is empty. */
    @Nullable
    String payload();

    /** The bytes, which are the handler's; null: the message has a {@link #payload}, or is empty. */
    byte @Nullable [] bytes();

    /** Immutable. In JSON's types: String, Boolean, Long, Double, BigDecimal where neither of the two holds the number, Map, List, null. */
    Map<String, Object> headers();

    /** When it was written. */
    Instant at();

    /** Whether it may have been processed before. */
    boolean redelivered();

    /**
     * How often it has failed before, since this process has the lead; 0: never. Another leader counts anew, so a message that ends its
     * process is delivered again and again, marked as {@link #redelivered}.
     */
    int attempts();

    /** Rises with each new leader of the shard: a fencing token for effects elsewhere. */
    long epoch();

    /** 0 for a group without shards. */
    int shard();

    /**
     * With {@link AckMode#transaction}: the connection of the message's transaction, which the handler must not end. Valid until
     * {@link KeptHandler#handle} returns.
     *
     * @throws IllegalStateException with another mode
     */
    Connection connection();

    /**
     * With {@link AckMode#manual}: the message is complete. Idempotent; any thread may call it, also after {@link KeptHandler#handle} has
     * returned. Does not wait for the server.
     *
     * @throws IllegalStateException with another mode
     */
    void acknowledge();
}
