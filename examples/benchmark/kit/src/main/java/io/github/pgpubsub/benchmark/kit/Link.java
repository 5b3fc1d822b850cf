package io.github.pgpubsub.benchmark.kit;

import java.util.List;
import java.util.function.Consumer;

/**
 * A peer's open connections. An unsupported method throws {@link UnsupportedOperationException}; the report shows its message as
 * the reason.
 */
public interface Link extends AutoCloseable {

    /** Sends a notification and returns when it is committed. Many threads call this at the same time. */
    void send(String channel, String payload) throws Exception;

    /**
     * Sends without waiting for the commit.
     *
     * @param done called after the commit, with null, or after the failure
     */
    default void sendAsync(String channel, String payload, Consumer<Throwable> done) throws Exception {
        throw new UnsupportedOperationException("asynchronous sending is not supported");
    }

    /** Sends the messages that {@link #sendAsync} may be holding for a batch. */
    default void flush() throws Exception {
        // Most peers hold nothing.
    }

    /** Commits many messages in one transaction. Only for peers that do not receive notifications of plain SQL. */
    default void makeBacklog(List<String> channels, int count, int size) throws Exception {
        throw new UnsupportedOperationException("not needed: plain SQL writes the backlog");
    }

    @Override
    void close() throws Exception;
}
