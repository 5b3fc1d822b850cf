package io.github.pgpubsub.benchmark.kit;

import java.util.List;
import java.util.function.Consumer;

/**
 * A peer's open connections. What it has no way to do throws {@link UnsupportedOperationException} with the reason, which the
 * report then shows.
 */
public interface Link extends AutoCloseable {

    /** Sends a notification and returns when it is committed. Many threads call this at the same time. */
    void send(String channel, String payload) throws Exception;

    /** Sends without waiting for the commit, and tells when it has happened (null) or failed. */
    default void sendAsync(String channel, String payload, Consumer<Throwable> done) throws Exception {
        throw new UnsupportedOperationException("it has no way to send without waiting");
    }

    /** Sends now what {@link #sendAsync} may have kept back. */
    default void flush() throws Exception {
        // Most keep nothing back.
    }

    /** Commits many messages at once, for a peer that plain SQL can't reach. */
    default void makeBacklog(List<String> channels, int count, int size) throws Exception {
        throw new UnsupportedOperationException("plain SQL reaches it");
    }

    @Override
    void close() throws Exception;
}
