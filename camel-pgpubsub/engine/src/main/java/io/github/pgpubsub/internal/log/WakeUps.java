package io.github.pgpubsub.internal.log;

import java.util.UUID;
import java.util.function.Consumer;

/** Hears the writers' wake-ups for one process. Thread-safe. */
public interface WakeUps extends AutoCloseable {

    /**
     * Begins to listen. Called once.
     *
     * @param reader names the process for writers
     * @param woken  called with the channel of a wake-up, or with an empty string if it may be meant for any channel, also after a time in
     *               which wake-ups may have been missed. Must not block
     */
    void start(UUID reader, Consumer<String> woken);

    /** Listens again if the session has given up for good and another one has taken its place. Must not block. */
    void resume();

    /** Whether wake-ups arrive; otherwise a reader must not sleep. */
    boolean isListening();

    @Override
    void close();
}
