package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.kept.KeptListener.Incident;

/** Processes the messages of a {@link Reception}. */
public interface KeptHandler {

    /**
     * Called by a worker thread. The message is complete when the call returns.
     *
     * @throws Exception when the message failed; {@code onError} decides what becomes of it
     */
    void handle(KeptMessage message) throws Exception;

    /**
     * Messages were given up unread, or may have been. Called by a worker thread, in its place among the messages.
     *
     * @param missed how many; 0: unknown
     */
    default void gap(long missed) throws Exception {}

    /** Hears what operators should know. Called by the reading thread, so this method must not block. */
    default void incident(Incident incident, String detail) {}
}
